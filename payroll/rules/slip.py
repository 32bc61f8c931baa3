"""One payslip, line by line: everything a gross becomes."""

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from cae.core.money import ZERO, number, percent
from cae.core.money import euros as show
from cae.core.workflow import ActionRefused
from payroll import rates
from payroll.enums import Fund, Section
from payroll.rules.contributions import Base, Bases, Levy, levies
from payroll.rules.exact import cents, euros, fraction, share
from payroll.rules.reductions import Reduction
from payroll.rules.situation import Situation, YearToDate
from payroll.rules.withholding import Scale, Withholding

HIGHEST_GROSS = Decimal(1_000_000)

_REDUCTION_EXPLAINED = {
    "degressive": (
        "L’État prend en charge une partie des cotisations de l’employeur sur les salaires jusqu’à"
        " trois SMIC."
    ),
    "linear": (
        "L’État prend en charge une partie des cotisations de l’employeur sur les salaires jusqu’à"
        " 1,6 SMIC."
    ),
}
_FUND_IN_A_SENTENCE = {Fund.URSSAF: "l’Urssaf", Fund.PENSION: "l’Agirc-Arrco"}


@dataclass(frozen=True, slots=True)
class SlipLine:
    """A line of the slip; a positive amount is owed, a negative one given back.

    Base and rates are None where the amount is not their product. Rates are fractions.
    """

    code: str
    section: Section
    fund: Fund
    label: str
    base: Decimal | None
    employer_rate: Decimal | None
    employee_rate: Decimal | None
    employer: Decimal
    employee: Decimal
    explanation: str
    """What it pays for, in one French sentence."""
    source: str
    """The text that asks for it."""
    computation: str = ""
    """How an amount that is not base × rate was found, in French."""

    def how(self, *, employer: bool) -> str:
        """Return in French how the employer's or the person's amount is found, "" where none is."""
        rate, amount = (
            (self.employer_rate, self.employer) if employer else (self.employee_rate, self.employee)
        )
        if not amount:
            return ""
        if self.base is None or rate is None:
            return self.computation
        return f"{show(self.base)} × {percent(rate)} = {show(amount)}"


@dataclass(frozen=True, slots=True)
class Slip:
    """A payslip in EUR; every total is the sum of the rounded lines it covers."""

    situation: Situation
    gross: Decimal
    ceiling: Decimal
    csg_base: Decimal
    lines: tuple[SlipLine, ...]
    reduction: Decimal
    """Relief granted this month, negative when some is taken back."""
    reduction_coefficient: Decimal
    employee_total: Decimal
    employer_total: Decimal
    """Once the reduction is taken off."""
    cost: Decimal
    """Gross and employer total: what the pay takes from the activity."""
    net_before_tax: Decimal
    net_social: Decimal
    net_taxable: Decimal
    withholding: Withholding
    net_paid: Decimal
    year_to_date: YearToDate

    def line(self, code: str) -> SlipLine | None:
        return next((line for line in self.lines if line.code == code), None)

    def by_fund(self) -> dict[Fund, tuple[Decimal, Decimal]]:
        """Return what each fund is owed: (employer's part, person's part), reduction taken off."""
        owed = {line.fund: (ZERO, ZERO) for line in self.lines}
        for line in self.lines:
            employer, employee = owed[line.fund]
            owed[line.fund] = (employer + line.employer, employee + line.employee)
        return owed

    def sections(self) -> list[tuple[Section, list[SlipLine]]]:
        """Return the lines under their headings, in the legal order, empty headings left out."""
        by_section: dict[Section, list[SlipLine]] = {}
        for line in self.lines:
            by_section.setdefault(line.section, []).append(line)
        return list(by_section.items())


def payslip(situation: Situation, gross: Decimal, *, before: YearToDate | None = None) -> Slip:
    """Return the payslip of a gross in EUR.

    :param before: what the year adds up to before this month; None reads the month alone.
    :raises ActionRefused: a rate of the month is not known, or the gross is not a pay.
    """
    if not 0 <= gross <= HIGHEST_GROSS:
        raise ActionRefused(
            "Ce salaire brut n’est pas possible."
            f" Donnez un montant entre 0\u00a0€ et {show(HIGHEST_GROSS, cents=False)}.",
            code="impossible_gross",
        )
    return calculation(situation, before).slip(cents(gross))


def no_payslip(situation: Situation, *, before: YearToDate | None = None) -> Slip:
    """Return the payslip of a month without pay: nothing is owed, nothing is given back.

    What the year would regularise waits for the next month paid: alone, it would make a
    negative net of a month in which nobody earned anything.

    :raises ActionRefused: a rate of the month is not known.
    """
    return calculation(situation, before).nothing()


@lru_cache(maxsize=512)
def calculation(situation: Situation, before: YearToDate | None) -> "Calculation":
    """Return the calculation of a month; people in the same situation share it."""
    if before is not None and before.last_month.year != situation.month.year:
        before = None
    assert before is None or before.last_month < situation.month, "months go forward"
    return Calculation(situation, before)


class Calculation:
    """The pay of one month as functions of the gross, all in whole cents.

    Built once, then evaluated as often as a search needs: `cost` and `net` use the same bases,
    rates and rounding as `slip`.
    """

    def __init__(self, situation: Situation, before: YearToDate | None) -> None:
        self.situation = situation
        self.before = before
        self.bases = Bases(situation, before)
        self.reduction = Reduction(situation, before)
        self.scale = Scale(situation)
        self._levies = levies(situation)
        self._health_employer = self.bases.health_employer_share
        self._health_employee = cents(situation.health_premium) - self._health_employer
        self._employer = [(levy.rule.base, levy.employer) for levy in self._levies if levy.employer]
        self._employee = [(levy.rule.base, levy.employee) for levy in self._levies if levy.employee]
        self._taxed = [
            (levy.rule.base, levy.employee)
            for levy in self._levies
            if levy.rule.section == Section.CSG_NON_DEDUCTIBLE
        ]

    def cost(self, gross: int) -> int:
        """Return what the pay takes from the activity: gross and employer's lines."""
        bases = self.bases.of(gross)
        charges = sum(share(bases[base], rate) for base, rate in self._employer)
        return gross + charges + self._health_employer - self.reduction.amount(gross)

    def net(self, gross: int) -> int:
        """Return the net before tax."""
        return self._net(gross, self.bases.of(gross))

    def net_taxable(self, gross: int) -> int:
        bases = self.bases.of(gross)
        return self._net(gross, bases) + self._taxed_on_top(bases)

    def net_paid(self, gross: int) -> int:
        bases = self.bases.of(gross)
        net = self._net(gross, bases)
        return net - self.scale.amount(net + self._taxed_on_top(bases))

    def _net(self, gross: int, bases: list[int]) -> int:
        charges = sum(share(bases[base], rate) for base, rate in self._employee)
        return gross - charges - self._health_employee

    def _taxed_on_top(self, bases: list[int]) -> int:
        """Return what is taxed without being received: part of CSG, CRDS, employer's mutuelle."""
        charges = sum(share(bases[base], rate) for base, rate in self._taxed)
        return charges + self._health_employer

    def slip(self, gross: int) -> Slip:
        bases = self.bases.of(gross)
        reduction = self.reduction.amount(gross)
        lines = self._lines(gross, bases, reduction)
        employer = sum(cents(line.employer) for line in lines)
        employee = sum(cents(line.employee) for line in lines)
        net = gross - employee
        taxable = net + self._taxed_on_top(bases)
        tax = self.scale.amount(taxable)
        return Slip(
            situation=self.situation,
            gross=euros(gross),
            ceiling=euros(self.bases.monthly_ceiling),
            csg_base=euros(bases[Base.CSG]),
            lines=lines,
            reduction=euros(reduction),
            reduction_coefficient=self.reduction.coefficient_of(gross),
            employee_total=euros(employee),
            employer_total=euros(employer),
            cost=euros(gross + employer),
            net_before_tax=euros(net),
            net_social=euros(net),
            net_taxable=euros(taxable),
            withholding=Withholding(
                kind=self.scale.kind,
                base=euros(taxable),
                rate=fraction(self.scale.rate(taxable)),
                amount=euros(tax),
                source=self.scale.source,
            ),
            net_paid=euros(net - tax),
            year_to_date=self._year_to_date(gross, reduction, taxable, tax),
        )

    def nothing(self) -> Slip:
        """Return the slip of no pay at all; the year remembers the ceiling of the month."""
        before = self.before
        waiting = self.bases.ceiling - (cents(before.ceiling) if before else 0)
        year = replace(
            self._year_to_date(0, 0, 0, 0),
            ceiling=before.ceiling if before else ZERO,
            waiting_ceiling=euros(waiting),
        )
        return Slip(
            situation=self.situation,
            gross=ZERO,
            ceiling=euros(self.bases.monthly_ceiling),
            csg_base=ZERO,
            lines=(),
            reduction=ZERO,
            reduction_coefficient=Decimal(0),
            employee_total=ZERO,
            employer_total=ZERO,
            cost=ZERO,
            net_before_tax=ZERO,
            net_social=ZERO,
            net_taxable=ZERO,
            withholding=Withholding(
                kind=self.scale.kind,
                base=ZERO,
                rate=fraction(self.scale.rate(0)),
                amount=ZERO,
                source=self.scale.source,
            ),
            net_paid=ZERO,
            year_to_date=year,
        )

    def _lines(self, gross: int, bases: list[int], reduction: int) -> tuple[SlipLine, ...]:
        lines = [_line(levy, bases[levy.rule.base]) for levy in self._levies]
        if self.situation.health_premium:
            lines.append(self._health_line())
        if reduction:
            lines += self._reduction_lines(gross, reduction)
        order = list(Section)
        return tuple(sorted(lines, key=lambda line: order.index(line.section)))

    def _health_line(self) -> SlipLine:
        rate = rates.get("mutuelle", on=self.situation.month.first_day)
        return SlipLine(
            code="mutuelle",
            section=Section.HEALTH,
            fund=Fund.HEALTH,
            label="Complémentaire – garanties frais de santé obligatoires",
            base=None,
            employer_rate=None,
            employee_rate=None,
            employer=euros(self._health_employer),
            employee=euros(self._health_employee),
            explanation="Votre mutuelle, qui complète les remboursements de la sécurité sociale.",
            source=rate.source,
            computation=(
                f"{show(self.situation.health_premium)} par mois, dont"
                f" {percent(self.situation.health_employer_share)} à la charge de la coopérative."
            ),
        )

    def _reduction_lines(self, gross: int, reduction: int) -> list[SlipLine]:
        """Return the reduction fund by fund: a pension part, and the rest."""
        rule, total = self.reduction, euros(reduction)
        up_to_now = show(euros(rule.smic.gross_up_to(gross)))
        computation = f"{up_to_now} × {number(rule.coefficient_of(gross))}"
        if rule.granted_before:
            granted = show(euros(rule.granted_before))
            computation += f" depuis le début de l’année, moins {granted} déjà accordés"
        computation += f" = {show(total)}, dont"
        pension = rule.pension_part(total)
        return [
            self._reduction_line("reduction", Fund.URSSAF, total - pension, computation),
            self._reduction_line("reduction_pension", Fund.PENSION, pension, computation),
        ]

    def _reduction_line(self, code: str, fund: Fund, amount: Decimal, computation: str) -> SlipLine:
        rate = self.reduction.rate
        return SlipLine(
            code=code,
            section=Section.RELIEF,
            fund=fund,
            label=f"{rate.label} ({fund.label})",
            base=None,
            employer_rate=None,
            employee_rate=None,
            employer=-amount,
            employee=ZERO,
            explanation=_REDUCTION_EXPLAINED[rate.formula],
            source=rate.source,
            computation=f"{computation} {show(amount)} pour {_FUND_IN_A_SENTENCE[fund]}",
        )

    def _year_to_date(self, gross: int, reduction: int, taxable: int, tax: int) -> YearToDate:
        before = self.before
        return YearToDate(
            last_month=self.situation.month,
            ceiling=euros(self.bases.ceiling),
            smic=self.bases.smic.to_date(gross),
            reduction_starts_on=self.reduction.starts_on,
            reduction_smic=self.reduction.smic.to_date(gross),
            reduction=euros(self.reduction.granted_before + reduction),
            net_taxable=euros(taxable) + (before.net_taxable if before else 0),
            withheld=euros(tax) + (before.withheld if before else 0),
        )


def _line(levy: Levy, base: int) -> SlipLine:
    return SlipLine(
        code=levy.rule.code,
        section=levy.rule.section,
        fund=levy.rule.fund,
        label=levy.rate.label,
        base=euros(base),
        employer_rate=fraction(levy.employer) if levy.employer else None,
        employee_rate=fraction(levy.employee) if levy.employee else None,
        employer=euros(share(base, levy.employer)),
        employee=euros(share(base, levy.employee)),
        explanation=levy.rule.explanation,
        source=levy.rate.source,
    )
