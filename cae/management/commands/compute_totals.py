"""`manage.py compute_totals`: the totals of documents, by the rule of EN 16931."""

from collections.abc import Mapping
from typing import Any

from cae.management.jsonlines import JsonLinesCommand
from invoicing.rules.exchange import read_document, written_totals
from invoicing.rules.totals import document_totals


class Command(JsonLinesCommand):
    help = 'Lit {"id", "doc"} par ligne et répond {"id", "result"}\u00a0: les totaux du document.'
    field = "doc"

    def answer(self, value: Any) -> Mapping[str, Any]:
        return written_totals(document_totals(read_document(value)))
