"""Every check of one file, in order: what holds it, its XML, its figures, its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from invoicing.documents.facturx.judge import container, figures, rules
from invoicing.documents.facturx.judge.faults import Fault, Faults

Verdict = dict[str, Any]


class Court:
    """What judges file after file: stylesheets and schemas are prepared once."""

    def __init__(self) -> None:
        self._rules = rules.Rules()

    def judge_pdf(self, content: bytes) -> Verdict:
        """Judge a PDF that must carry its XML, and say the same to a person and to a machine."""
        faults: Faults = []
        opened = _guarded("PDF", faults, lambda: container.opened(content, faults))
        if opened is not None and opened.xml is not None:
            tree = self._judge_tree(opened.xml, faults)
            if tree is not None:
                _guarded("PAGE", faults, lambda: container.check_page(tree, opened, faults))
        elif not faults:
            faults.append(("PDF", "the file holds no invoice"))
        return self._verdict(faults)

    def judge_xml(self, content: bytes) -> Verdict:
        """Judge an XML by itself."""
        faults: Faults = []
        self._judge_tree(content, faults)
        return self._verdict(faults)

    def _judge_tree(self, xml: bytes, faults: Faults) -> Any:
        tree = _guarded("XML", faults, lambda: self._rules.read(xml, faults))
        if tree is not None:
            _guarded("RULES", faults, lambda: self._rules.check(tree, xml, faults))
            _guarded("CENT", faults, lambda: figures.check_amounts(tree, faults))
            _guarded("KEY", faults, lambda: figures.check_identifiers(tree, faults))
        return tree

    def _verdict(self, faults: list[Fault]) -> Verdict:
        return {"faults": faults, "rules": rules.versions()}


def _guarded(code: str, faults: Faults, check: Callable[[], Any]) -> Any:
    """Run a check; one that cannot run is a fault, never an approval."""
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - whatever a broken file makes of it
        faults.append((code, f"the check could not run: {error!r}"[:400]))
        return None
