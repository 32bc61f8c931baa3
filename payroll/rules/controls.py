"""What a payroll officer must know, check or correct before a payslip is validated."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from cae.core.money import euros, number
from cae.core.periods import Month, french_date, french_month, of_french_month, short_date
from payroll.enums import ControlCode, ControlLevel
from payroll.rules.wishes import Wish

VARIATION = Decimal("0.25")
"""Above this share of last month's gross, a change is worth a look."""
IBAN_DAYS = 30
"""A change of account is looked at for so long before the transfer: diverted pay starts there."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the controls of one payslip look at; amounts in EUR."""

    month: Month
    pay_on: date
    wish: Wish
    gross: Decimal
    net_before_tax: Decimal
    cost: Decimal
    has_activity: bool
    available: Decimal
    """What the activities that pay have, before it."""
    unspent: Decimal
    """What the budget leaves; negative when the pay takes some of the reserve."""
    why_unspent: str | None
    is_reduced: bool
    """Whether the wish was brought down to what the budget allows."""
    fixed_part: Decimal
    previous_gross: Decimal | None
    iban: bool
    nir: bool
    iban_changed_on: date | None
    pending_expenses: int
    earlier_month: Month | None
    """A month of the same year whose payslip still waits to be validated."""
    later_month: Month | None = None
    """A month of the same year already validated without this one."""
    refusal: str = ""
    """Why no gross gives what was wished, where none does."""


@dataclass(frozen=True, slots=True)
class Control:
    """One point of a payslip. `fact` is what it was found on: another fact is another point.

    `text` fits in a row of the run, `detail` says what, why and what to do.
    """

    code: ControlCode
    level: ControlLevel
    text: str
    detail: str
    fact: str = ""
    seen_by: str = ""
    seen_on: date | None = None
    note: str = ""

    @property
    def is_blocking(self) -> bool:
        return self.level == ControlLevel.BLOCK

    @property
    def waits(self) -> bool:
        """Whether somebody must still look at it."""
        return self.level == ControlLevel.CHECK and not self.seen_by

    @property
    def tone(self) -> str:
        """The tone of its pill."""
        if self.is_blocking:
            return "danger"
        if self.level == ControlLevel.NOTICE or self.seen_by:
            return ""
        if self.code in (ControlCode.VARIATION, ControlCode.PENDING_EXPENSE):
            return "info"
        return "warning"

    @property
    def icon(self) -> str:
        """The drawing beside its words."""
        if self.seen_by:
            return "check"
        return {"danger": "lock", "warning": "triangle-alert"}.get(self.tone, "circle-alert")


def controls(facts: Facts) -> list[Control]:
    """Return the points of a payslip, those that block first."""
    found = [*_blocking(facts), *_to_check(facts), *_to_know(facts)]
    return sorted(found, key=lambda control: _ORDER.index(control.level))


def still_seen(found: Sequence[Control], before: Iterable[Control]) -> list[Control]:
    """Return the points found, those already looked at for the same fact still marked so."""
    seen = {(c.code, c.fact): c for c in before if c.seen_by}
    return [
        replace(c, seen_by=old.seen_by, seen_on=old.seen_on, note=old.note)
        if (old := seen.get((c.code, c.fact)))
        else c
        for c in found
    ]


def acknowledged(
    found: Iterable[Control], code: ControlCode, *, by: str, on: date, note: str = ""
) -> list[Control]:
    """Return the points with the one of `code` marked as looked at."""
    return [
        replace(c, seen_by=by, seen_on=on, note=note) if c.code == code and c.waits else c
        for c in found
    ]


_ORDER = [ControlLevel.BLOCK, ControlLevel.CHECK, ControlLevel.NOTICE]


def _blocking(facts: Facts) -> Iterable[Control]:
    after = facts.available - facts.cost
    if facts.cost and not facts.has_activity:
        yield Control(
            ControlCode.NO_ACTIVITY,
            ControlLevel.BLOCK,
            "Aucune enseigne",
            "Cette personne n’a de part dans aucune enseigne à la fin du mois\u00a0: rien ne peut"
            " payer son salaire. Donnez-lui une enseigne, puis recalculez.",
        )
    elif facts.cost and after < 0:
        yield Control(
            ControlCode.OVERDRAWN,
            ControlLevel.BLOCK,
            "Solde négatif",
            f"Ce salaire coûte {euros(facts.cost)} et l’activité a {euros(facts.available)}"
            f"\u00a0: il manque {euros(-after)}. Choisissez un salaire plus bas, ou attendez"
            " un encaissement puis recalculez.",
        )
    if facts.net_before_tax < 0:
        yield Control(
            ControlCode.NEGATIVE_NET,
            ControlLevel.BLOCK,
            "Net négatif",
            "Les retenues dépassent le salaire brut. Choisissez un salaire plus haut, ou aucun"
            " salaire ce mois-ci.",
        )
    if facts.net_before_tax > 0 and not facts.iban:
        yield Control(
            ControlCode.NO_IBAN,
            ControlLevel.BLOCK,
            "IBAN manquant",
            "Le compte où virer le salaire n’est pas connu. Saisissez-le sur la fiche de la"
            " personne, puis recalculez.",
        )
    if facts.refusal:
        yield Control(
            ControlCode.CHOICE_IMPOSSIBLE,
            ControlLevel.BLOCK,
            "Choix impossible",
            f"«\u00a0{facts.wish}\u00a0» n’a pas pu être calculé. {facts.refusal} Le plus haut"
            " salaire possible est montré à sa place\u00a0: corrigez le salaire.",
            fact=str(facts.wish),
        )
    if facts.later_month is not None:
        yield Control(
            ControlCode.LATER_MONTH,
            ControlLevel.BLOCK,
            "Mois suivant déjà validé",
            f"Le bulletin {of_french_month(facts.later_month)} est validé et a été calculé sans"
            " celui-ci\u00a0: plafonds et réductions se suivent dans l’année. Revenez d’abord"
            " sur lui, ou payez ce mois avec le prochain.",
            fact=str(facts.later_month),
        )
    if facts.earlier_month is not None:
        yield Control(
            ControlCode.EARLIER_MONTH,
            ControlLevel.BLOCK,
            "Mois précédent à valider",
            "Le bulletin d’un mois plus ancien n’est pas validé, et celui-ci en dépend\u00a0:"
            " plafonds et réductions se calculent depuis le début de l’année. Validez-le"
            " d’abord, puis recalculez.",
            fact=str(facts.earlier_month),
        )


def _to_check(facts: Facts) -> Iterable[Control]:
    if not facts.cost and facts.available < 0:
        yield _check(
            ControlCode.IN_THE_RED,
            "Compte à découvert",
            f"L’activité doit {euros(-facts.available)}\u00a0: aucun salaire n’est versé ce"
            " mois-ci. Voyez avec la personne comment revenir à l’équilibre.",
            fact=facts.available,
        )
    elif facts.cost and facts.unspent < 0 and facts.available >= facts.cost:
        yield _check(
            ControlCode.USES_RESERVE,
            "Entame la réserve",
            f"Ce salaire prend {euros(-facts.unspent)} sur la réserve. Vérifiez que la personne"
            " le veut.",
            fact=facts.unspent,
        )
    if facts.iban_changed_on and facts.iban_changed_on >= facts.pay_on - timedelta(days=IBAN_DAYS):
        yield _check(
            ControlCode.IBAN_CHANGED,
            f"IBAN modifié le {short_date(facts.iban_changed_on)}",
            f"Le compte a changé le {french_date(facts.iban_changed_on)}. Appelez la personne"
            " pour le confirmer, sans vous fier à un courriel.",
            fact=facts.iban_changed_on,
        )
    if facts.gross < facts.fixed_part:
        yield _check(
            ControlCode.BELOW_FIXED_PART,
            "Sous la part fixe",
            f"Le brut est de {euros(facts.gross)} et le contrat prévoit une part fixe de"
            f" {euros(facts.fixed_part)}. Vérifiez que ce mois peut être moins payé.",
            fact=facts.gross,
        )
    if variation := _variation(facts):
        yield variation
    if facts.pending_expenses:
        count = facts.pending_expenses
        noun = "note de frais en attente" if count == 1 else "notes de frais en attente"
        yield _check(
            ControlCode.PENDING_EXPENSE,
            f"{count} {noun}",
            "Des dépenses soumises ne sont pas encore approuvées\u00a0: une fois approuvées,"
            " elles baisseront le disponible. Traitez-les avant, ou validez en le sachant.",
            fact=count,
        )
    if not facts.nir:
        yield _check(
            ControlCode.NO_NIR,
            "NIR manquant",
            "Le numéro de sécurité sociale n’est pas connu\u00a0: la déclaration sociale en aura"
            " besoin. Demandez-le à la personne.",
        )


def _to_know(facts: Facts) -> Iterable[Control]:
    if facts.is_reduced:
        yield Control(
            ControlCode.CHOICE_REDUCED,
            ControlLevel.NOTICE,
            "Choix ramené au possible",
            f"Le dernier choix ({facts.wish}) dépasse le budget de ce mois\u00a0: le salaire est"
            " le plus haut possible.",
        )
    if facts.why_unspent:
        yield Control(
            ControlCode.UNSPENT,
            ControlLevel.NOTICE,
            f"{euros(facts.unspent)} non dépensés",
            facts.why_unspent,
        )


def _variation(facts: Facts) -> Control | None:
    before = facts.previous_gross
    if not before or abs(facts.gross - before) <= VARIATION * before:
        return None
    change = (facts.gross - before) * 100 / before
    previous = french_month(facts.month.previous()).split()[0]
    sign = "+" if change > 0 else ""
    return _check(
        ControlCode.VARIATION,
        f"{sign}{number(change, places=0)}\u00a0% sur {previous}",
        f"Le brut passe de {euros(before)} à {euros(facts.gross)}. Vérifiez que c’est voulu.",
        fact=facts.gross,
    )


def _check(
    code: ControlCode, text: str, detail: str, *, fact: Decimal | date | int | str = ""
) -> Control:
    return Control(code, ControlLevel.CHECK, text, detail, fact=str(fact))
