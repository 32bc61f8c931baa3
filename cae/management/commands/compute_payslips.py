"""Payslips as JSON Lines; the names and units of the keys are those of the published vectors."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any, NoReturn

from cae.core.money import ZERO, number
from cae.core.periods import Month
from cae.core.workflow import ActionRefused
from cae.management.jsonlines import JsonLinesCommand
from entrepreneurs.rules import HIGHEST_WITHHOLDING
from payroll.enums import Hours, TaxZone
from payroll.rules.budget import distribute
from payroll.rules.situation import Situation
from payroll.rules.slip import HIGHEST_GROSS, Slip, payslip

_REQUIRED = {
    "quotite", "cadre", "effectif", "at_rate", "vm_rate", "mutuelle", "mutuelle_er_share",
}  # fmt: skip
_AMOUNTS = {"gross", "cost_budget"}
_OPTIONAL = {"cesa_equivalent_hours", "alsace_moselle", "pas_rate", "zone"}

_HIGHEST_BUDGET = 2 * HIGHEST_GROSS
_HIGHEST_PREMIUM = Decimal(10_000)
_HIGHEST_HEADCOUNT = Decimal(10_000_000)
_HUNDRED = Decimal(100)
_LONGEST_NUMBER = 30
_FIRST_MONTH = Month(2026, 1)
_MOST_MONTHS = 36
_WRITTEN_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")

# Lines of the slip that one key of the vectors adds up.
_EMPLOYER_KEYS = {
    "er_maladie": ("maladie", "maladie_complement"),
    "er_atmp": ("atmp",),
    "er_vieillesse_plafonnee": ("vieillesse_plafonnee",),
    "er_vieillesse_deplafonnee": ("vieillesse_deplafonnee",),
    "er_agirc_arrco": ("agirc_arrco_t1", "agirc_arrco_t2"),
    "er_ceg": ("ceg_t1", "ceg_t2"),
    "er_cet": ("cet",),
    "er_famille": ("famille", "famille_complement"),
    "er_chomage": ("chomage",),
    "er_ags": ("ags",),
    "er_apec": ("apec",),
    "er_fnal": ("fnal", "fnal_from_50"),
    "er_csa": ("csa",),
    "er_dialogue_social": ("dialogue_social",),
    "er_formation": ("formation",),
    "er_taxe_apprentissage": ("taxe_apprentissage", "taxe_apprentissage_alsace_moselle"),
    "er_peec": ("peec",),
    "er_versement_mobilite": ("versement_mobilite",),
    "er_forfait_social": ("forfait_social",),
    "er_prevoyance_cadre": ("prevoyance_cadre",),
    "er_mutuelle": ("mutuelle",),
}
_EMPLOYEE_KEYS = {
    "ee_maladie": ("maladie_alsace_moselle",),
    "ee_vieillesse_plafonnee": ("vieillesse_plafonnee",),
    "ee_vieillesse_deplafonnee": ("vieillesse_deplafonnee",),
    "ee_agirc_arrco": ("agirc_arrco_t1", "agirc_arrco_t2"),
    "ee_ceg": ("ceg_t1", "ceg_t2"),
    "ee_cet": ("cet",),
    "ee_apec": ("apec",),
    "ee_mutuelle": ("mutuelle",),
    "ee_csg_deductible": ("csg_deductible",),
    "ee_csg_non_deductible": ("csg_non_deductible",),
    "ee_crds": ("crds",),
}


class Command(JsonLinesCommand):
    help = (
        "Calcule des bulletins de paie, sans base de données. L’entrée standard donne un objet JSON"
        ' par ligne, {"id", "inputs"}\u00a0; chacune reçoit {"id", "result"} ou {"id", "error"}.'
    )
    field = "inputs"

    def answer(self, value: Any) -> Mapping[str, Any]:
        return answer(value)


def answer(value: Any) -> dict[str, Any]:
    """Return the payslip of `inputs`: of its `gross`, or the highest its `cost_budget` allows.

    A list of `gross` gives the payslips of as many `months`, from January 2026 where none are
    given, each regularised on those before it in its year.

    Amounts are in EUR; `*_percent` is a percentage. `unspent` is negative when even a gross
    of 0 costs more than the budget.

    :raises ActionRefused: a key is missing, unknown or not a possible value.
    """
    inputs = _Inputs(value)
    if inputs.is_a_year:
        return {"months": list(_regularised(inputs))}
    situation = inputs.situation()
    if "gross" in inputs:
        return slip_as_result(payslip(situation, inputs.amount("gross", HIGHEST_GROSS)))
    distribution = distribute(situation, inputs.amount("cost_budget", _HIGHEST_BUDGET))
    return {**slip_as_result(distribution.slip), "unspent": distribution.unspent}


def _regularised(inputs: "_Inputs") -> Iterator[dict[str, Any]]:
    situation = inputs.situation()
    before = None
    for month, gross in zip(inputs.months(), inputs.grosses(), strict=True):
        slip = payslip(replace(situation, month=month), gross, before=before)
        before = slip.year_to_date
        yield {**slip_as_result(slip), "cumulative_gross": before.gross}


def slip_as_result(slip: Slip) -> dict[str, Any]:
    """Return a payslip under the keys of the vectors, none of its lines left out."""
    lines = {line.code: line for line in slip.lines}
    employer = {
        key: sum((lines[code].employer for code in codes if code in lines), ZERO)
        for key, codes in _EMPLOYER_KEYS.items()
    }
    employee = {
        key: sum((lines[code].employee for code in codes if code in lines), ZERO)
        for key, codes in _EMPLOYEE_KEYS.items()
    }
    return {
        "month": str(slip.situation.month),
        "gross": slip.gross,
        **employer,
        "rgdu": slip.reduction,
        "rgdu_coef": slip.reduction_coefficient,
        **employee,
        "pss": slip.ceiling,
        "base_csg": slip.csg_base,
        "ee_total": slip.employee_total,
        "er_total_after_reduction": slip.employer_total,
        "cost": slip.cost,
        "net_before_tax": slip.net_before_tax,
        "net_social": slip.net_social,
        "net_taxable": slip.net_taxable,
        "pas_rate_percent": (slip.withholding.rate * 100).normalize() + 0,
        "pas_amount": slip.withholding.amount,
        "net_paid": slip.net_paid,
        "unspent": ZERO,
    }


class _Inputs:
    """The inputs of one line; each reading refuses what is no possible value."""

    def __init__(self, value: Any) -> None:
        if not isinstance(value, dict):
            _refuse("« inputs » n’est pas un objet JSON. Écrivez-le entre accolades.")
        self._values: dict[str, Any] = value
        self.is_a_year = isinstance(value.get("gross"), list)
        when = {"months"} if self.is_a_year else {"month"}
        required = _REQUIRED if self.is_a_year else _REQUIRED | when
        for name in sorted(required - value.keys()):
            _refuse(f"Il manque « {name} » dans « inputs ». Ajoutez cette clé.")
        for name in sorted(value.keys() - _REQUIRED - when - _AMOUNTS - _OPTIONAL):
            _refuse(f"« {name[:40]} » n’est pas une clé connue. Corrigez-la ou retirez-la.")
        if len(_AMOUNTS & value.keys()) != 1:
            _refuse("Donnez soit « gross », le brut, soit « cost_budget », le budget à dépenser.")

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def situation(self) -> Situation:
        has_equivalent_hours = self._flag("cesa_equivalent_hours")
        return Situation(
            month=self.months()[0] if self.is_a_year else _month(self._values["month"]),
            headcount=int(self._number("effectif", _HIGHEST_HEADCOUNT, places=0)),
            accident_rate=self._percentage("at_rate"),
            mobility_rate=self._percentage("vm_rate"),
            health_premium=self.amount("mutuelle", _HIGHEST_PREMIUM),
            health_employer_share=self._percentage("mutuelle_er_share"),
            working_time=self._working_time(),
            hours=Hours.MONTHLY if has_equivalent_hours else Hours.CONTRACT,
            is_executive=self._flag("cadre"),
            is_in_alsace_moselle=self._flag("alsace_moselle"),
            tax_zone=self._zone(),
            withholding_rate=self._withholding_rate(),
        )

    def amount(self, name: str, highest: Decimal) -> Decimal:
        return self._number(name, highest, places=2)

    def grosses(self) -> list[Decimal]:
        return [_number("gross", gross, HIGHEST_GROSS, places=2) for gross in self._values["gross"]]

    def months(self) -> list[Month]:
        """Return one month per gross, in the order of time."""
        count = len(self._values["gross"])
        if not 1 <= count <= _MOST_MONTHS:
            _refuse(f"« gross » donne {count} mois. Donnez-en entre 1 et {_MOST_MONTHS}.")
        if "months" not in self._values:
            return [_FIRST_MONTH.plus(i) for i in range(count)]
        written = self._values["months"]
        if not isinstance(written, list) or len(written) != count:
            _refuse("« months » n’a pas autant de mois que « gross ». Donnez-en un par salaire.")
        months = [_month(month) for month in written]
        if any(later <= earlier for earlier, later in pairwise(months)):
            _refuse("« months » n’est pas dans l’ordre du temps. Rangez les mois, sans doublon.")
        return months

    def _percentage(self, name: str, *, highest: Decimal = _HUNDRED, places: int = 4) -> Decimal:
        return self._number(name, highest, places=places).scaleb(-2)

    def _working_time(self) -> Decimal:
        share = self._percentage("quotite", places=6)
        if not share:
            _refuse("« quotite » vaut 0. Donnez un pourcentage du temps plein, 100 au plus.")
        return share

    def _withholding_rate(self) -> Decimal | None:
        if self._values.get("pas_rate") is None:
            return None
        return self._percentage("pas_rate", highest=HIGHEST_WITHHOLDING * 100)

    def _zone(self) -> TaxZone:
        zone = self._values.get("zone", TaxZone.MAINLAND.value)
        if not isinstance(zone, str) or zone not in TaxZone.values:
            _refuse(f"« zone » n’est pas connue. Choisissez parmi {', '.join(TaxZone.values)}.")
        return TaxZone(zone)

    def _flag(self, name: str) -> bool:
        flag = self._values.get(name, False)
        if not isinstance(flag, bool):
            _refuse(f"« {name} » n’est ni vrai ni faux. Écrivez true ou false.")
        return flag

    def _number(self, name: str, highest: Decimal, *, places: int) -> Decimal:
        return _number(name, self._values[name], highest, places=places)


def _month(written: Any) -> Month:
    try:
        return Month.parse(written if isinstance(written, str) else "")
    except ValueError as error:
        _refuse(str(error))


def _number(name: str, value: Any, highest: Decimal, *, places: int) -> Decimal:
    if isinstance(value, str) and _WRITTEN_NUMBER.fullmatch(value):
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        _refuse(f"« {name} » n’est pas un nombre. Écrivez un nombre décimal.")
    exact = Decimal(value)
    if exact.is_nan() or not 0 <= exact <= highest:
        _refuse(f"« {name} » est hors limites. Donnez un nombre entre 0 et {number(highest)}.")
    if not _has_at_most(places, exact):
        _refuse(f"« {name} » est trop précis. Gardez {places} décimales au plus.")
    return exact


def _has_at_most(places: int, value: Decimal) -> bool:
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    if len(digits) > _LONGEST_NUMBER or exponent < -_LONGEST_NUMBER:
        return False
    return value == value.quantize(Decimal(1).scaleb(-places))


def _refuse(sentence: str) -> NoReturn:
    raise ActionRefused(sentence, code="bad_inputs")
