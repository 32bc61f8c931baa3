"""The only clock: the edge asks it for the day, everything else receives it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    return timezone.now()


def today() -> date:
    """The legal day in France, whatever the server's time zone."""
    return timezone.localtime(timezone.now(), PARIS).date()
