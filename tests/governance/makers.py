"""Members and assemblies, through the real actions."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from accounting.actions import open_ledger
from cae.core.enums import LegalForm
from entrepreneurs.models import Entrepreneur
from governance import actions
from governance.enums import AssemblyKind
from governance.models import Assembly, DecisionRule, Member
from governance.rules import Votes
from governance.seeds import seed_decision_rules

NOMINAL = Decimal("20.00")
OPENED = datetime(2026, 6, 30, 18, 7, tzinfo=ZoneInfo("Europe/Paris"))


def open_books() -> None:
    """What a cooperative opens with, as far as governance is concerned."""
    open_ledger(label="La coopérative")
    if not DecisionRule.objects.exists():
        seed_decision_rules(LegalForm.SCOP_SARL, on=date(2020, 1, 1))


def make_member(
    last_name: str = "Le Bihan", *, person: Entrepreneur | None = None, shares: int = 5, **named
) -> Member:
    """An associate from outside unless a person is given."""
    day = named.pop("day", date(2025, 1, 15))
    return actions.admit_member(
        person,
        first_name="Agnès",
        last_name=last_name,
        email=f"{last_name}@example.org".lower().replace(" ", ""),
        shares=shares,
        nominal=NOMINAL,
        day=day,
        on=day,
        by=None,
        **named,
    )


def make_assembly(*titles: str, held_on: date = date(2026, 6, 30)) -> Assembly:
    """A draft with these questions."""
    assembly = actions.prepare_assembly(
        kind=AssemblyKind.ORDINARY,
        held_on=held_on,
        held_at=time(18),
        place="Maison des coopératives, Rennes",
        is_remote=True,
        by=None,
    )
    for title in titles or ("Rapport de gestion et comptes 2025",):
        actions.add_resolution(assembly, title=title, by=None)
    return assembly


def hold(assembly: Assembly, *, in_room: int, represented: int = 0, votes: Votes) -> Assembly:
    """Convene, open, count and close, with the same votes for every question."""
    actions.convene_assembly(assembly, on=date(2026, 6, 1), by=None)
    actions.open_assembly(assembly, at=OPENED, chair="Agnès Le Bihan", by=None)
    actions.record_attendance(assembly, in_room=in_room, represented=represented, by=None)
    for resolution in assembly.resolutions.all():
        actions.record_result(resolution, votes, at=OPENED, by=None)
    return actions.close_assembly(assembly, at=OPENED, by=None)
