"""Columns and constraints that several tables of pay share."""

from __future__ import annotations

from typing import Any

from django.db import models

from cae.core.money import ZERO


def money(label: str, **options: Any) -> models.DecimalField:
    """Return a column of EUR to the cent, zero unless said otherwise."""
    return models.DecimalField(
        label, max_digits=12, decimal_places=2, **{"default": ZERO, **options}
    )


def first_day(name: str) -> models.CheckConstraint:
    """Return the constraint that a month is kept as its first day."""
    return models.CheckConstraint(
        condition=models.Q(month__day=1),
        name=name,
        violation_error_message="Un mois est noté par son premier jour.",
    )
