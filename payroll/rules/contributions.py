"""The contributions of a pay: which exist, on which base, at which rate."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum
from typing import NamedTuple

from cae.core.money import to_cents
from payroll import rates
from payroll.enums import Fund, Section
from payroll.rates import Rate
from payroll.rules.exact import cents, millionths, share
from payroll.rules.situation import Situation, SmicToDate, YearToDate
from payroll.rules.smic import UNIT, ReferenceSmic

_BAND_2_CEILINGS = 8
_UNEMPLOYMENT_CEILINGS = 4  # also AGS, Apec and the 98,25 % of the CSG


class Base(IntEnum):
    """What a rate applies to; the value is its place in `Bases.of`."""

    GROSS = 0
    BAND_1 = 1  # up to one ceiling
    BAND_2 = 2  # from 1 to 8 ceilings
    UP_TO_4_CEILINGS = 3
    CET = 4  # the whole gross up to 8 ceilings, once it is above the ceiling
    FROM_HEALTH_THRESHOLD = 5  # the whole gross, once it reaches so many SMIC
    FROM_FAMILY_THRESHOLD = 6
    CSG = 7
    WELFARE = 8  # the employer's share of mutuelle and prévoyance


@dataclass(frozen=True, slots=True)
class Rule:
    """A contribution as the law names it; its rates are the rows of `code` in payroll.rates."""

    code: str
    section: Section
    base: Base
    explanation: str
    """One sentence for the person who reads the slip: what this pays for."""
    applies: Callable[[Situation], bool] = lambda situation: True
    own_rate: Callable[[Situation], Decimal] | None = None
    """Where the employer's rate is not in the law but notified to the establishment."""
    fund: Fund = Fund.URSSAF
    is_for_all: bool = True
    """False where the law asks it of some sizes of employers only, or for some time only."""


def _is_executive(situation: Situation) -> bool:
    return situation.is_executive


def _is_in_alsace_moselle(situation: Situation) -> bool:
    return situation.is_in_alsace_moselle


def _is_elsewhere(situation: Situation) -> bool:
    return not situation.is_in_alsace_moselle


# In the order of the « rénové » payslip.
RULES = (
    Rule(
        "maladie",
        Section.HEALTH,
        Base.GROSS,
        "Rembourse vos soins et vous indemnise en cas de maladie, de maternité ou d’invalidité.",
    ),
    Rule(
        "maladie_complement",
        Section.HEALTH,
        Base.FROM_HEALTH_THRESHOLD,
        "Part de la cotisation maladie due sur les salaires les plus élevés, jusqu’à fin 2025.",
        is_for_all=False,
    ),
    Rule(
        "maladie_alsace_moselle",
        Section.HEALTH,
        Base.GROSS,
        "Finance le régime local d’Alsace-Moselle, qui rembourse mieux vos soins.",
        applies=_is_in_alsace_moselle,
    ),
    Rule(
        "atmp",
        Section.ACCIDENTS,
        Base.GROSS,
        "Vous couvre en cas d’accident du travail ou de maladie professionnelle.",
        own_rate=lambda situation: situation.accident_rate,
    ),
    Rule(
        "vieillesse_plafonnee",
        Section.RETIREMENT,
        Base.BAND_1,
        "Retraite de base, sur la part du salaire qui ne dépasse pas le plafond.",
    ),
    Rule(
        "vieillesse_deplafonnee",
        Section.RETIREMENT,
        Base.GROSS,
        "Retraite de base, sur tout le salaire\u00a0: elle finance la solidarité.",
    ),
    Rule(
        "agirc_arrco_t1",
        Section.RETIREMENT,
        Base.BAND_1,
        "Retraite complémentaire, qui vous donne des points\u00a0: salaire jusqu’au plafond.",
        fund=Fund.PENSION,
    ),
    Rule(
        "ceg_t1",
        Section.RETIREMENT,
        Base.BAND_1,
        "Équilibre les retraites complémentaires, sans donner de points.",
        fund=Fund.PENSION,
    ),
    Rule(
        "cet",
        Section.RETIREMENT,
        Base.CET,
        "Équilibre les retraites complémentaires\u00a0: due dès que le salaire dépasse le plafond.",
        fund=Fund.PENSION,
    ),
    Rule(
        "agirc_arrco_t2",
        Section.RETIREMENT,
        Base.BAND_2,
        "Retraite complémentaire, qui vous donne des points\u00a0: salaire au-delà du plafond.",
        fund=Fund.PENSION,
    ),
    Rule(
        "ceg_t2",
        Section.RETIREMENT,
        Base.BAND_2,
        "Équilibre les retraites complémentaires, sans donner de points.",
        fund=Fund.PENSION,
    ),
    Rule(
        "famille",
        Section.FAMILY,
        Base.GROSS,
        "Finance les allocations familiales et la garde des jeunes enfants.",
    ),
    Rule(
        "famille_complement",
        Section.FAMILY,
        Base.FROM_FAMILY_THRESHOLD,
        "Part de la cotisation famille due sur les salaires les plus élevés, jusqu’à fin 2025.",
        is_for_all=False,
    ),
    Rule(
        "chomage",
        Section.UNEMPLOYMENT,
        Base.UP_TO_4_CEILINGS,
        "Vous donne droit aux allocations chômage.",
    ),
    Rule(
        "ags",
        Section.UNEMPLOYMENT,
        Base.UP_TO_4_CEILINGS,
        "Garantit vos salaires si la coopérative ne peut plus les payer.",
    ),
    Rule(
        "apec",
        Section.APEC,
        Base.UP_TO_4_CEILINGS,
        "Finance l’Association pour l’emploi des cadres.",
        applies=_is_executive,
        fund=Fund.PENSION,
    ),
    Rule(
        "fnal",
        Section.OTHER_EMPLOYER,
        Base.BAND_1,
        "Finance les aides au logement.",
        is_for_all=False,
    ),
    Rule(
        "fnal_from_50",
        Section.OTHER_EMPLOYER,
        Base.GROSS,
        "Finance les aides au logement.",
        is_for_all=False,
    ),
    Rule(
        "csa",
        Section.OTHER_EMPLOYER,
        Base.GROSS,
        "Journée de solidarité\u00a0: finance l’autonomie des personnes âgées ou handicapées.",
    ),
    Rule(
        "dialogue_social",
        Section.OTHER_EMPLOYER,
        Base.GROSS,
        "Finance le dialogue entre syndicats et employeurs.",
    ),
    Rule(
        "formation",
        Section.OTHER_EMPLOYER,
        Base.GROSS,
        "Finance la formation professionnelle, dont votre compte de formation.",
    ),
    Rule(
        "taxe_apprentissage",
        Section.OTHER_EMPLOYER,
        Base.GROSS,
        "Finance l’apprentissage\u00a0; une petite part, le solde, est payée une fois par an.",
        applies=_is_elsewhere,
    ),
    Rule(
        "taxe_apprentissage_alsace_moselle",
        Section.OTHER_EMPLOYER,
        Base.GROSS,
        "Finance l’apprentissage.",
        applies=_is_in_alsace_moselle,
    ),
    Rule(
        "peec",
        Section.OTHER_EMPLOYER,
        Base.GROSS,
        "Finance le logement des salariés\u00a0: payée une fois par an, mise de côté chaque mois.",
        is_for_all=False,
        fund=Fund.HOUSING,
    ),
    Rule(
        "versement_mobilite",
        Section.OTHER_EMPLOYER,
        Base.GROSS,
        "Finance les transports publics de votre lieu de travail.",
        own_rate=lambda situation: situation.mobility_rate,
        is_for_all=False,
    ),
    Rule(
        "forfait_social",
        Section.OTHER_EMPLOYER,
        Base.WELFARE,
        "Contribution sur ce que la coopérative paie pour votre mutuelle et votre prévoyance.",
        is_for_all=False,
    ),
    Rule(
        "csg_deductible",
        Section.CSG_DEDUCTIBLE,
        Base.CSG,
        "Finance la protection sociale\u00a0; elle n’est pas comptée dans votre revenu imposable.",
    ),
    Rule(
        "csg_non_deductible",
        Section.CSG_NON_DEDUCTIBLE,
        Base.CSG,
        "Finance la protection sociale\u00a0; elle est comptée dans votre revenu imposable.",
    ),
    Rule(
        "crds",
        Section.CSG_NON_DEDUCTIBLE,
        Base.CSG,
        "Rembourse la dette de la sécurité sociale.",
    ),
    Rule(
        "prevoyance_cadre",
        Section.OPTIONAL,
        Base.BAND_1,
        "Assure vos proches en cas de décès.",
        applies=_is_executive,
        fund=Fund.INSURANCE,
    ),
)


class Levy(NamedTuple):
    """A rule with the rates of a month and a situation, in millionths."""

    rule: Rule
    rate: Rate
    employer: int
    employee: int


def levies(situation: Situation) -> list[Levy]:
    """Return the contributions due in a situation, in the order of the payslip.

    :raises ActionRefused: a rate of the month is not known.
    """
    due = []
    for rule in RULES:
        if rule.applies(situation) and (rate := _rate_of(rule, situation)):
            employer = rule.own_rate(situation) if rule.own_rate else rate.employer
            if employer or rate.employee:
                due.append(Levy(rule, rate, millionths(employer), millionths(rate.employee)))
    return due


def _rate_of(rule: Rule, situation: Situation) -> Rate | None:
    search = rates.get if rule.is_for_all else rates.find
    return search(rule.code, on=situation.month.first_day, headcount=situation.headcount)


def monthly_ceiling(situation: Situation) -> Decimal:
    """Return the ceiling of the month in EUR, rounded to the cent.

    Prorated by working time, and by calendar days where the contract starts or ends inside.

    Rounded before anything is computed on it, so that each base of the slip times its rate
    gives its amount.

    Source: CSS art. R242-2.
    """
    full = rates.get("ceiling", on=situation.month.first_day).value
    present = situation.presence
    return to_cents(full * situation.working_time * present.numerator / present.denominator)


def health_employer_share(situation: Situation) -> Decimal:
    """Return what the employer pays of the mutuelle, in EUR; the person pays the rest."""
    return to_cents(situation.health_premium * situation.health_employer_share)


class Bases:
    """The base of every contribution for one person and month, as a function of the gross.

    Ceilings and thresholds are read on the year to date: the base of a month is that of the
    year up to now less that of the months before, and may be negative. The rate then applies
    to the base of the month alone, so a rate that changes inside a year needs no special care
    and every line of the slip is its base times its rate.

    Sources: CSS art. R242-2 (ceilings), L136-1-1 (CSG), ANI du 17 novembre 2017 (bands, CET).
    """

    def __init__(self, situation: Situation, before: YearToDate | None) -> None:
        on = situation.month.first_day
        self.monthly_ceiling = cents(monthly_ceiling(situation))
        self.health_employer_share = cents(health_employer_share(situation))
        self._insurance = 0
        if situation.is_executive:
            self._insurance = millionths(rates.get("prevoyance_cadre", on=on).employer)
        self._csg_share = millionths(rates.get("csg_base", on=on).numbers["share"])
        self._health_threshold = _threshold("maladie_complement", on)
        self._family_threshold = _threshold("famille_complement", on)
        self.smic = ReferenceSmic(situation, before.smic if before else SmicToDate())
        ceiling_before = cents(before.ceiling) if before else 0
        waiting = cents(before.waiting_ceiling) if before else 0
        self.ceiling = ceiling_before + waiting + self.monthly_ceiling
        self._before = self._up_to(
            self.smic.gross_up_to(0), ceiling_before, self.smic.before_this_month
        )

    def of(self, gross: int) -> list[int]:
        """Return the bases of the month in cents, at the places `Base` names."""
        now = self._up_to(self.smic.gross_up_to(gross), self.ceiling, self.smic.up_to(gross))
        bases = [up_to_now - before for up_to_now, before in zip(now, self._before, strict=True)]
        welfare = self.health_employer_share + share(bases[Base.BAND_1], self._insurance)
        bases[Base.CSG] += welfare
        bases.append(welfare)
        return bases

    def last_gross_below_ceiling(self) -> int:
        """Return the highest gross, in cents, that owes no CET."""
        return self.ceiling - self.smic.gross_up_to(0)

    def _up_to(self, gross: int, ceiling: int, smic: int) -> tuple[int, ...]:
        band_1 = min(gross, ceiling)
        up_to_8 = min(gross, _BAND_2_CEILINGS * ceiling)
        up_to_4 = min(gross, _UNEMPLOYMENT_CEILINGS * ceiling)
        smic_units = 100 * UNIT * gross
        return (
            gross,
            band_1,
            up_to_8 - band_1,
            up_to_4,
            up_to_8 if gross > ceiling else 0,
            gross if smic_units >= self._health_threshold * smic else 0,
            gross if smic_units >= self._family_threshold * smic else 0,
            share(up_to_4, self._csg_share) + gross - up_to_4,
        )


def _threshold(code: str, on: date) -> int:
    """Return how many hundredths of a SMIC the gross must reach; 0 where nothing is due."""
    rate = rates.find(code, on=on)
    return int(rate.numbers["from_smic"] * 100) if rate else 0
