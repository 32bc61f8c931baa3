"""Closings of what was issued and received, by day, month and year; and yearly archives.

Source: CGI art. 286, I, 3° bis; BOI-TVA-DECLA-30-10-30 (closings, perpetual totals, archive).
"""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from cae.core.models import append_only
from cae.core.money import ZERO
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import ClosedSpan
from invoicing.models.columns import money

#: A closing follows the last of its kind, adds up to it, and says what was really written.
CLOSES_RIGHT = pgtrigger.Trigger(
    name="closes_right",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[
        ("last", "invoicing_closing"),
        ("begins", "timestamptz"),
        ("ends", "timestamptz"),
        ("found_count", "bigint"),
        ("found", "numeric"),
        ("gap_count", "bigint"),
        ("gaps", "numeric"),
    ],
    func="""
        SELECT * INTO last FROM invoicing_closing
         WHERE tenant_id = NEW.tenant_id AND span = NEW.span ORDER BY ends_on DESC LIMIT 1;
        IF NEW.starts_on <> last.ends_on + 1
           OR NEW.invoiced_total <> COALESCE(last.invoiced_total, 0) + NEW.invoiced
           OR NEW.received_total <> COALESCE(last.received_total, 0) + NEW.received
           OR NEW.written_off_total
                <> COALESCE(last.written_off_total, 0) + NEW.written_off THEN
            RAISE EXCEPTION 'closing of % does not follow the last', NEW.starts_on
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_closing_follows';
        END IF;
        begins := NEW.starts_on::timestamp AT TIME ZONE 'Europe/Paris';
        ends := (NEW.ends_on + 1)::timestamp AT TIME ZONE 'Europe/Paris';
        SELECT count(*) FILTER (WHERE means <> 'gap'),
               COALESCE(sum(amount) FILTER (WHERE means <> 'gap'), 0),
               count(*) FILTER (WHERE means = 'gap'),
               COALESCE(sum(amount) FILTER (WHERE means = 'gap'), 0)
          INTO found_count, found, gap_count, gaps
          FROM invoicing_payment
         WHERE tenant_id = NEW.tenant_id AND recorded_at >= begins AND recorded_at < ends;
        IF found_count <> NEW.payment_count OR found <> NEW.received
           OR gap_count <> NEW.written_off_count OR gaps <> NEW.written_off THEN
            RAISE EXCEPTION 'closing of % is not what was received', NEW.starts_on
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_closing_facts';
        END IF;
        SELECT count(*), COALESCE(sum(CASE kind WHEN 'credit_note' THEN -gross ELSE gross END), 0)
          INTO found_count, found FROM invoicing_invoice
         WHERE tenant_id = NEW.tenant_id AND status = 'issued'
           AND issued_at >= begins AND issued_at < ends;
        IF found_count <> NEW.invoice_count OR found <> NEW.invoiced THEN
            RAISE EXCEPTION 'closing of % is not what was issued', NEW.starts_on
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_closing_facts';
        END IF;
        RETURN NEW;
    """,
)


class Closing(TenantModel):
    """What a day, a month or a fiscal year came to, with the totals since the first: sealed.

    A day is that of the instant something was written (`recorded_at`, `issued_at`), in Paris:
    nothing can be written in a closed one. Amounts in EUR with VAT; credit notes and money
    given back are negative.
    """

    scope = Scope.STAFF
    audited = False
    span = models.CharField("période", max_length=5, choices=ClosedSpan.choices)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    invoice_count = models.PositiveIntegerField("documents émis")
    invoiced = money("facturé TTC")
    payment_count = models.PositiveIntegerField("encaissements")
    received = money("encaissé")
    #: Small differences: in the chain of payments, never in what was received.
    written_off_count = models.PositiveIntegerField("écarts soldés", default=0, db_default=0)
    written_off = money("écarts", db_default=ZERO)
    invoiced_total = models.DecimalField(
        "facturé depuis l’origine", max_digits=16, decimal_places=2
    )
    received_total = models.DecimalField(
        "encaissé depuis l’origine", max_digits=16, decimal_places=2
    )
    written_off_total = models.DecimalField(
        "écarts depuis l’origine", max_digits=16, decimal_places=2, default=ZERO, db_default=ZERO
    )
    #: Of the last document of the period, or before it: where its chain was then.
    invoice_rank = models.PositiveBigIntegerField()
    payment_rank = models.PositiveBigIntegerField()
    chain_rank = models.PositiveBigIntegerField()
    fingerprint = models.CharField("empreinte", max_length=64)
    closed_at = models.DateTimeField("clôturée le")

    class Meta:
        verbose_name = "clôture"
        ordering: ClassVar = ["-chain_rank"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "span", "starts_on"], name="invoicing_closing_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "chain_rank"], name="invoicing_closing_chain_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on"))
                & (~Q(span=ClosedSpan.DAY) | Q(ends_on=F("starts_on"))),
                name="invoicing_closing_days",
            ),
            models.CheckConstraint(
                condition=Q(fingerprint__regex=r"^[0-9a-f]{64}$"),
                name="invoicing_closing_fingerprint",
            ),
        ]
        triggers: ClassVar = [append_only(), CLOSES_RIGHT]

    def __str__(self) -> str:
        return f"{self.get_span_display()} {self.starts_on}"

    @property
    def facts(self) -> dict[str, str]:
        """What the fingerprint seals; small differences, once there was one."""
        more = {}
        if self.written_off_count or self.written_off_total:
            more = {
                "written_off_count": str(self.written_off_count),
                "written_off": f"{self.written_off:.2f}",
                "written_off_total": f"{self.written_off_total:.2f}",
            }
        return more | {
            "span": str(self.span),
            "starts_on": self.starts_on.isoformat(),
            "ends_on": self.ends_on.isoformat(),
            "invoice_count": str(self.invoice_count),
            "invoiced": f"{self.invoiced:.2f}",
            "payment_count": str(self.payment_count),
            "received": f"{self.received:.2f}",
            "invoiced_total": f"{self.invoiced_total:.2f}",
            "received_total": f"{self.received_total:.2f}",
            "invoice_rank": str(self.invoice_rank),
            "payment_rank": str(self.payment_rank),
        }


class YearArchive(TenantModel):
    """The file of a closed year, and its fingerprint: whoever has the file can prove it."""

    scope = Scope.STAFF
    audited = False
    closing = TenantForeignKey(Closing, related_name="archives")
    document = TenantForeignKey("core.StoredDocument", related_name="+")
    sha256 = models.CharField("empreinte du fichier", max_length=64)
    invoice_count = models.PositiveIntegerField("documents émis")
    payment_count = models.PositiveIntegerField("encaissements")
    made_at = models.DateTimeField("faite le")

    class Meta:
        verbose_name = "archive annuelle"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "closing"], name="invoicing_yeararchive_once"
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="invoicing_yeararchive_fingerprint",
            ),
        ]
        triggers: ClassVar = [append_only()]
