"""What the law proposes by legal form, until the cooperative's statutes say otherwise."""

from __future__ import annotations

from fractions import Fraction

from cae.core.enums import LegalForm
from governance.enums import AssemblyKind, MajorityBase
from governance.rules.majority import Decision

#: Managers of a SARL, loi 78-763 art. 16; other bodies follow the statutes within the law.
LONGEST_MANDATE_YEARS = 4

_HALF, _TWO_THIRDS = Fraction(1, 2), Fraction(2, 3)
_SA = (LegalForm.SCOP_SA, LegalForm.SCIC_SA)
_SARL = (LegalForm.SCOP_SARL, LegalForm.SCIC_SARL)


def preset(form: LegalForm, kind: AssemblyKind, *, convocation: int) -> Decision:
    """Return the rule of a first or second convocation for a legal form.

    For a SAS everything is left to the statutes (L227-9): the SA's rule is proposed.
    """
    if form in _SARL:
        return _sarl(kind, convocation)
    source = "statuts, à défaut " if form not in _SA else ""
    if kind == AssemblyKind.ORDINARY:
        return Decision(
            quorum=Fraction(1, 5) if convocation == 1 else None,
            majority=_HALF,
            strict=True,
            base=MajorityBase.EXPRESSED,
            source=f"{source}C. com. L225-98",
        )
    return Decision(
        quorum=Fraction(1, 4) if convocation == 1 else Fraction(1, 5),
        majority=_TWO_THIRDS,
        strict=False,
        base=MajorityBase.EXPRESSED,
        source=f"{source}C. com. L225-96",
    )


def _sarl(kind: AssemblyKind, convocation: int) -> Decision:
    if kind == AssemblyKind.ORDINARY:
        return Decision(
            quorum=None,
            majority=_HALF,
            strict=True,
            base=MajorityBase.ALL if convocation == 1 else MajorityBase.EXPRESSED,
            source="C. com. L223-29",
            has_second_consultation=convocation == 1,
        )
    return Decision(
        quorum=Fraction(1, 4) if convocation == 1 else Fraction(1, 5),
        majority=_TWO_THIRDS,
        strict=False,
        base=MajorityBase.PRESENT,
        source="C. com. L223-30 al. 3",
    )
