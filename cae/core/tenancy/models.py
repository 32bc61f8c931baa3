"""The base of every business table, and the foreign key between them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.base import ModelBase

from cae.core.tenancy.context import current_tenant_id
from cae.core.tenancy.policies import CompositeForeignKey, Scope, TenantPolicy

__all__ = ["Scope", "TenantForeignKey", "TenantManager", "TenantModel"]


class TenantForeignKey(models.ForeignKey):
    """A foreign key whose database constraint carries the tenant.

    `same=("activity",)` also demands that both rows agree on these fields; the target
    then declares `pinned = ("activity",)`. There is no cascade: on_delete is PROTECT.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, same=(), **kwargs: Any) -> None:
        assert on_delete in (models.PROTECT, models.RESTRICT), "a legal record is never cascaded"
        self.same = tuple(same)
        kwargs["db_constraint"] = False
        kwargs.setdefault("db_index", False)
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["db_constraint"]
        kwargs.pop("db_index", None)
        if getattr(self, "db_index", False):
            kwargs["db_index"] = True
        if self.same:
            kwargs["same"] = self.same
        return name, path, args, kwargs


class TenantManager(models.Manager):
    """Rows of the current cooperative; outside one, it raises NoTenant."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(tenant_id=current_tenant_id())


class TenantModelBase(ModelBase):
    """Adds to each model its policy, its (tenant, id) key and its composite foreign keys."""

    def __new__(mcs, name: str, bases: tuple, attrs: dict, **kwargs: Any):
        meta = attrs.get("Meta")
        if not any(isinstance(b, TenantModelBase) for b in bases) or getattr(
            meta, "abstract", False
        ):
            return super().__new__(mcs, name, bases, attrs, **kwargs)
        scope = attrs.get("scope") or next(b.scope for b in bases if hasattr(b, "scope"))
        walls: list[models.BaseConstraint] = [
            TenantPolicy(
                name="%(app_label)s_%(class)s_policy",
                scope=scope,
                audited=attrs.get("audited", True),
            ),
            models.UniqueConstraint(fields=["tenant", "id"], name="%(app_label)s_%(class)s_key"),
        ]
        if pinned := attrs.get("pinned", ()):
            walls.append(
                models.UniqueConstraint(
                    fields=["tenant", "id", *pinned], name="%(app_label)s_%(class)s_pinned"
                )
            )
        walls += [
            CompositeForeignKey(
                name=f"%(app_label)s_%(class)s_{field_name}_fk", field=field_name, same=field.same
            )
            for field_name, field in _declared_fields(bases, attrs)
            if isinstance(field, TenantForeignKey)
        ]
        own = list(getattr(meta, "constraints", [])) if meta else []
        meta_bases = (meta,) if meta else ()
        attrs["Meta"] = type("Meta", meta_bases, {"constraints": walls + own})
        return super().__new__(mcs, name, bases, attrs, **kwargs)


def _declared_fields(bases: tuple, attrs: dict) -> list[tuple[str, Any]]:
    """Return the fields of the class being made, those of its abstract bases first."""
    inherited = [
        (field.name, field)
        for base in bases
        if hasattr(base, "_meta")
        for field in base._meta.local_fields
    ]
    return [*inherited, *attrs.items()]


class TenantModel(models.Model, metaclass=TenantModelBase):
    """A row of one cooperative, behind row-level security.

    A subclass declares `scope`: what of it an entrepreneur may see. `pinned` names the fields
    its references repeat; `audited = False` leaves the table out of the row changes (tables
    that only ever grow). Constraints and indexes of its own start with the tenant.
    """

    scope: Scope
    pinned: tuple[str, ...] = ()
    audited: bool = True

    tenant = models.ForeignKey(
        "core.Cooperative",
        models.PROTECT,
        db_index=False,
        default=current_tenant_id,
        editable=False,
        related_name="+",
    )

    objects = TenantManager()

    class Meta:
        abstract = True
