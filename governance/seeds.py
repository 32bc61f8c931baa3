"""The rules of decision a cooperative opens with, from its legal form."""

from __future__ import annotations

from datetime import date

from cae.core.enums import LegalForm
from governance import rules
from governance.actions import set_decision_rule
from governance.enums import AssemblyKind
from governance.models import DecisionRule


def seed_decision_rules(form: LegalForm, *, on: date) -> None:
    """Give the current cooperative the rules the law proposes, where it has none yet."""
    for kind in AssemblyKind:
        for convocation in (1, 2):
            if not DecisionRule.objects.filter(kind=kind, convocation=convocation).exists():
                set_decision_rule(
                    rules.preset(form, kind, convocation=convocation),
                    kind=kind,
                    convocation=convocation,
                    valid_from=on,
                    by=None,
                )
