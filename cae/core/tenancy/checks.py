"""System checks: a model without its walls does not start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig, apps
from django.core import checks
from django.db import models

from cae.core.tenancy.models import TenantForeignKey, TenantModel
from cae.core.tenancy.policies import CompositeForeignKey

#: Apps whose tables belong to a cooperative unless named below.
OUR_APPS = ("core", "accounting", "entrepreneurs", "invoicing", "payroll", "governance", "cae")

#: Tables of the platform: read before a cooperative is chosen, no personal data.
PLATFORM_MODELS = frozenset(
    {
        "core.Cooperative",
        "core.User",
        "core.Role",
        "core.Membership",
        "core.ApiToken",
        "core.PublicLink",
    }
)


@checks.register()
def every_table_has_its_walls(
    app_configs: Iterable[AppConfig] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    errors: list[checks.CheckMessage] = []
    for model in apps.get_models():
        if model._meta.app_label not in OUR_APPS or model._meta.label in PLATFORM_MODELS:
            continue
        if not issubclass(model, TenantModel):
            errors.append(_error("is not a TenantModel, nor a platform table", model, "E001"))
            continue
        errors += _keys_start_with_tenant(model)
        errors += _references_carry_tenant(model)
    return errors


def _keys_start_with_tenant(model: type[models.Model]) -> list[checks.CheckMessage]:
    errors: list[checks.CheckMessage] = []
    for key in [*model._meta.constraints, *model._meta.indexes]:
        if not isinstance(key, models.UniqueConstraint | models.Index):
            continue
        first = key.fields[0].lstrip("-") if key.fields else str(key.expressions[0])
        if first not in {"tenant", "F(tenant)", "OrderBy(F(tenant))"}:
            errors.append(_error(f"{key.name} does not start with the tenant", model, "E002"))
    for field in model._meta.local_fields:
        if field.unique and not field.primary_key:
            errors.append(_error(f"{field.name} is unique across tenants", model, "E003"))
    return errors


def _references_carry_tenant(model: type[models.Model]) -> list[checks.CheckMessage]:
    errors: list[checks.CheckMessage] = []
    for field in model._meta.local_fields:
        target = field.related_model
        if (
            isinstance(target, type)
            and issubclass(target, TenantModel)
            and not isinstance(field, TenantForeignKey)
        ):
            errors.append(_error(f"{field.name} must be a TenantForeignKey", model, "E004"))
    keys = {c.field for c in model._meta.constraints if isinstance(c, CompositeForeignKey)}
    for field in model._meta.local_fields:
        if isinstance(field, TenantForeignKey) and field.name not in keys:
            errors.append(_error(f"{field.name} has no composite key", model, "E006"))
    if model._meta.local_many_to_many:
        errors.append(_error("has a many-to-many field: write its table", model, "E005"))
    return errors


def _error(message: str, model: type[models.Model], code: str) -> checks.Error:
    return checks.Error(f"{model._meta.label} {message}", obj=model, id=f"tenancy.{code}")
