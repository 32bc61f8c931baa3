"""Cooperatives share one schema; PostgreSQL itself keeps them apart. See docs/tenancy.md."""

from cae.core.tenancy.context import (
    Context,
    NoTenant,
    OwnIds,
    as_cooperative,
    current_context,
    current_tenant_id,
    tenant,
)

__all__ = [
    "Context",
    "NoTenant",
    "OwnIds",
    "as_cooperative",
    "current_context",
    "current_tenant_id",
    "tenant",
]
