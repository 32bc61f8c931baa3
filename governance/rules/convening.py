"""How long before an assembly its notice must leave."""

from datetime import date, timedelta

from cae.core.enums import LegalForm

_NOTICE_DAYS = 15
_SECOND_NOTICE_DAYS_SA = 10


def notice_days(form: LegalForm, *, convocation: int) -> int:
    """Return the days of notice: the day of sending does not count, that of the meeting does.

    Sources: C. com. R223-20 (SARL), R225-69 (SA); a SAS follows its statutes, 15 days here.
    """
    if convocation > 1 and form in (LegalForm.SCOP_SA, LegalForm.SCIC_SA):
        return _SECOND_NOTICE_DAYS_SA
    return _NOTICE_DAYS


def latest_notice(held_on: date, form: LegalForm, *, convocation: int) -> date:
    """Return the last day notices may leave: sent on 15 June, an assembly on 30 June stands.

    Source: Cass. com., 11 January 2005, n° 02-14.118.
    """
    return held_on - timedelta(days=notice_days(form, convocation=convocation))
