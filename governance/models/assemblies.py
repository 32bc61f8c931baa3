"""Assemblies: who is called, what is put to them, by which rule, and what they decided."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from cae.core.models import append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from governance import rules
from governance.enums import (
    AssemblyKind,
    AssemblyStatus,
    MajorityBase,
    ResolutionStatus,
    VoteMode,
)
from governance.models.members import Member


class DecisionRule(TenantModel):
    """A version of the rule for one kind of assembly and one convocation; never changed.

    Fractions are two columns: a third has no decimal form.
    """

    scope = Scope.COOPERATIVE
    audited = False
    kind = models.CharField("assemblée", max_length=16, choices=AssemblyKind)
    convocation = models.PositiveSmallIntegerField("convocation", default=1)
    valid_from = models.DateField("à partir du")
    quorum_numerator = models.PositiveSmallIntegerField(null=True)
    quorum_denominator = models.PositiveSmallIntegerField(null=True)
    majority_numerator = models.PositiveSmallIntegerField()
    majority_denominator = models.PositiveSmallIntegerField()
    majority_strict = models.BooleanField("strictement plus")
    majority_base = models.CharField("comptée sur", max_length=12, choices=MajorityBase)
    has_second_consultation = models.BooleanField("seconde consultation possible", default=False)
    source = models.CharField("texte", max_length=160)
    quote = models.TextField("article cité", blank=True)
    is_statutory = models.BooleanField("fixée par les statuts", default=False)

    class Meta:
        verbose_name = "règle de décision"
        ordering: ClassVar = ["kind", "convocation", "-valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "convocation", "valid_from"],
                name="governance_decisionrule_once",
                violation_error_message="Une règle prend déjà effet ce jour-là.",
            ),
            models.CheckConstraint(
                condition=Q(convocation__in=[1, 2]), name="governance_decisionrule_convocation"
            ),
            models.CheckConstraint(
                condition=Q(quorum_numerator=None, quorum_denominator=None)
                | Q(quorum_numerator__gt=0, quorum_denominator__gte=F("quorum_numerator")),
                name="governance_decisionrule_quorum",
                violation_error_message="Un quorum est une part de tous les associés.",
            ),
            models.CheckConstraint(
                condition=Q(majority_numerator__gt=0)
                & Q(majority_denominator__gte=F("majority_numerator")),
                name="governance_decisionrule_majority",
                violation_error_message="Une majorité est une part, d’au plus l’unanimité.",
            ),
        ]
        triggers: ClassVar = [append_only()]

    def __str__(self) -> str:
        return self.source

    @property
    def terms(self) -> rules.Decision:
        """The rule as a value, for `governance.rules`."""
        return rules.Decision(
            quorum=Fraction(self.quorum_numerator, self.quorum_denominator)
            if self.quorum_numerator and self.quorum_denominator
            else None,
            majority=Fraction(self.majority_numerator, self.majority_denominator),
            strict=self.majority_strict,
            base=MajorityBase(self.majority_base),
            source=self.source,
            has_second_consultation=self.has_second_consultation,
        )


class Assembly(TenantModel):
    """A general meeting. `registered` is the electorate, frozen when the notices leave."""

    scope = Scope.COOPERATIVE
    kind = models.CharField("assemblée", max_length=16, choices=AssemblyKind)
    convocation = models.PositiveSmallIntegerField("convocation", default=1)
    first = TenantForeignKey("self", null=True, related_name="second_convocations")
    status = models.CharField(
        "état", max_length=12, choices=AssemblyStatus, default=AssemblyStatus.DRAFT
    )
    held_on = models.DateField("le")
    held_at = models.TimeField("à")
    place = models.CharField("lieu", max_length=160)
    is_remote = models.BooleanField("aussi à distance", default=False)
    convened_on = models.DateField("convoquée le", null=True)
    opened_at = models.DateTimeField("ouverte à", null=True)
    opened_by = models.CharField("présidence de séance", max_length=120, blank=True)
    closed_at = models.DateTimeField("close à", null=True)
    registered = models.PositiveIntegerField("voix au total", null=True)
    in_room = models.PositiveIntegerField("dans la salle", default=0)
    remote = models.PositiveIntegerField("à distance", default=0)
    represented = models.PositiveIntegerField("pouvoirs", default=0)
    postal = models.PositiveIntegerField("par correspondance", default=0)

    class Meta:
        verbose_name = "assemblée"
        ordering: ClassVar = ["-held_on", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(registered=None)
                | Q(registered__gte=F("in_room") + F("remote") + F("represented") + F("postal")),
                name="governance_assembly_attendance",
                violation_error_message="Il ne peut pas y avoir plus de voix que d’associés.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[AssemblyStatus.DRAFT, AssemblyStatus.CANCELLED])
                | Q(convened_on__isnull=False, registered__isnull=False),
                name="governance_assembly_convened",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "held_on"], name="governance_assembly_day"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def participants(self) -> int:
        return self.in_room + self.remote + self.represented + self.postal


class Elector(TenantModel):
    """A member called to an assembly: the electorate, frozen. One member, one vote."""

    scope = Scope.PERSON
    audited = False
    assembly = TenantForeignKey(Assembly, related_name="electors")
    member = TenantForeignKey(Member, related_name="+", same=("entrepreneur",))
    entrepreneur = TenantForeignKey("entrepreneurs.Entrepreneur", null=True, related_name="+")
    name = models.CharField("nom", max_length=190)
    college = models.CharField("collège", max_length=60, blank=True)
    weight = models.PositiveSmallIntegerField("voix", default=1)

    class Meta:
        verbose_name = "électeur·rice"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "assembly", "member"], name="governance_elector_once"
            ),
            models.CheckConstraint(condition=Q(weight=1), name="governance_elector_one_vote"),
        ]
        triggers: ClassVar = [append_only()]


_VOTES = ("votes_for", "votes_against", "abstained", "blank", "spoiled")


class Resolution(TenantModel):
    """A question put to an assembly. Its counts are empty until its result, then frozen.

    `parts` draws a breakdown it decides: [["Part travail", "15368.00"], …] in EUR.
    """

    scope = Scope.COOPERATIVE
    assembly = TenantForeignKey(Assembly, related_name="resolutions")
    rank = models.PositiveSmallIntegerField("numéro")
    title = models.CharField("intitulé", max_length=160)
    text = models.TextField("texte", blank=True)
    parts = models.JSONField("répartition proposée", default=list)
    mode = models.CharField("scrutin", max_length=8, choices=VoteMode, default=VoteMode.PUBLIC)
    rule = TenantForeignKey(DecisionRule, related_name="+")
    status = models.CharField(
        "état", max_length=12, choices=ResolutionStatus, default=ResolutionStatus.COMING
    )
    participants = models.PositiveIntegerField("présents ou représentés", null=True)
    quorum_required = models.PositiveIntegerField("quorum", null=True)
    votes_needed = models.PositiveIntegerField("majorité", null=True)
    votes_for = models.PositiveIntegerField("pour", null=True)
    votes_against = models.PositiveIntegerField("contre", null=True)
    abstained = models.PositiveIntegerField("abstentions", null=True)
    blank = models.PositiveIntegerField("blancs", null=True)
    spoiled = models.PositiveIntegerField("nuls", null=True)
    result = models.CharField("résultat", max_length=200, blank=True)
    decided_at = models.DateTimeField("résultat proclamé à", null=True)

    class Meta:
        verbose_name = "résolution"
        ordering: ClassVar = ["rank", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "assembly", "rank"], name="governance_resolution_rank_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[ResolutionStatus.COMING, ResolutionStatus.WITHDRAWN],
                    participants=None,
                    **dict.fromkeys(_VOTES),
                )
                | Q(
                    participants__isnull=False,
                    decided_at__isnull=False,
                    **{f"{name}__isnull": False for name in _VOTES},
                ),
                name="governance_resolution_counted",
            ),
            models.CheckConstraint(
                condition=Q(participants=None)
                | Q(
                    participants__gte=F("votes_for")
                    + F("votes_against")
                    + F("abstained")
                    + F("blank")
                    + F("spoiled")
                ),
                name="governance_resolution_votes",
                violation_error_message="Il ne peut pas y avoir plus de votes que de votants.",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="decided_is_final",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title
