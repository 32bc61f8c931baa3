"""Branches (« antennes »): where the cooperative is, beside its seat."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from cae.core.tenancy.models import Scope, TenantModel


class Branch(TenantModel):
    """A place of the cooperative that activities answer to.

    One that is archived takes no activity any more; those it has keep it, and so do their lists.
    """

    scope = Scope.COOPERATIVE
    name = models.CharField("nom", max_length=60)
    town = models.CharField("ville", max_length=60, blank=True, default="", db_default="")
    is_archived = models.BooleanField("archivée", default=False, db_default=False)

    class Meta:
        verbose_name = "antenne"
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "tenant",
                Lower("name"),
                name="entrepreneurs_branch_once",
                violation_error_message="Une autre antenne porte déjà ce nom.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="entrepreneurs_branch_named",
                violation_error_message="Une antenne a un nom.",
            ),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name
