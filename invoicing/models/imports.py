"""Files of customers: read, checked, then written."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import CustomerKind, ImportStatus


class CustomerImport(TenantModel):
    """A file sent by somebody for the customers of one activity."""

    scope = Scope.ACTIVITY
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    membership = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")
    document = TenantForeignKey("core.StoredDocument", related_name="+")
    file_name = models.CharField("fichier", max_length=160)
    is_sheet = models.BooleanField()
    encoding = models.CharField(max_length=12, blank=True)
    separator = models.CharField(max_length=1, blank=True)
    head = models.JSONField("colonnes")
    sample = models.JSONField("premières lignes", default=list)
    #: Column of a customer by rank of a column of the file, as text: JSON has no other keys.
    mapping = models.JSONField(default=dict)
    default_kind = models.CharField(
        max_length=10, choices=CustomerKind.choices, default=CustomerKind.COMPANY
    )
    status = models.CharField(
        "état", max_length=8, choices=ImportStatus.choices, default=ImportStatus.MAPPING
    )
    #: How many rows are created, updated, unchanged and refused.
    counts = models.JSONField(default=dict)
    #: The first rows as they would be written, and the first that would not.
    preview = models.JSONField(default=list)
    #: Rows already written: where a worker that died begins again.
    applied = models.PositiveIntegerField(default=0)
    report = TenantForeignKey("core.StoredDocument", null=True, related_name="+")
    failure = models.CharField("pourquoi", max_length=300, blank=True)
    created_at = models.DateTimeField("reçu le", auto_now_add=True)
    done_at = models.DateTimeField("importé le", null=True)
    #: When the file, what was shown of it and its report were erased.
    forgotten_at = models.DateTimeField("effacé le", null=True)

    class Meta:
        verbose_name = "import de clients"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "activity", "-id"], name="invoicing_import_activity"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status=ImportStatus.FAILED) & ~Q(failure="")
                | ~Q(status=ImportStatus.FAILED) & Q(failure=""),
                name="invoicing_import_failed",
                violation_error_message="Un import arrêté dit pourquoi.",
            ),
            models.CheckConstraint(
                condition=Q(status=ImportStatus.DONE, done_at__isnull=False)
                | ~Q(status=ImportStatus.DONE) & Q(done_at=None),
                name="invoicing_import_done",
                violation_error_message="Un import terminé a sa date.",
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at=None)
                | Q(
                    status__in=[ImportStatus.DONE, ImportStatus.FAILED],
                    sample=[],
                    preview=[],
                    report=None,
                ),
                name="invoicing_import_forgotten",
                violation_error_message="D’un fichier effacé, il ne reste que les comptes.",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
