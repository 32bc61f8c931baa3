"""The last day of an activity."""

from __future__ import annotations

from typing import ClassVar

from django import forms


class ClosingForm(forms.Form):
    on = forms.DateField(
        label="Dernier jour",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text="Elle vend encore ce jour-là, et plus après.",
    )

    wide: ClassVar[tuple[str, ...]] = ()


class ReopeningForm(forms.Form):
    """Nothing to say but yes."""

    wide: ClassVar[tuple[str, ...]] = ()
