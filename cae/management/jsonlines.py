"""JSON Lines in, JSON Lines out: the protocol of the commands other programs drive.

One object per line, `{"id": …, "<field>": …}`, answered in the same order by one line each:
`{"id": …, "result": …}`, or `{"id": …, "error": "…"}` with a French sentence. A bad line never
stops the others; it makes the command end with status 1.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from io import TextIOBase
from typing import Any, BinaryIO, NoReturn, TextIO

from django.core.management.base import BaseCommand, CommandError

from cae.core.workflow import ActionRefused

Answer = Callable[[Any], Mapping[str, Any]]

_LONGEST_LINE = 1_000_000


class JsonLinesCommand(BaseCommand):
    """A command that answers each line of standard input by itself; it needs no database.

    A subclass names its `field` and defines `answer`, which raises ActionRefused on a bad value.
    """

    requires_system_checks = []
    stealth_options = ("source",)
    field: str

    def answer(self, value: Any) -> Mapping[str, Any]:
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        source = options.get("source") or sys.stdin.buffer
        try:
            refused = answer_lines(source, self.stdout, field=self.field, answer=self.answer)
            self.stdout.flush()
        except BrokenPipeError:
            # The reader left (`| head`): stay silent, also when Python flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        if refused:
            raise CommandError(_how_many_were_refused(refused))


def answer_lines(source: BinaryIO, out: TextIO | TextIOBase, *, field: str, answer: Answer) -> int:
    """Answer every line of `source` on `out`; return how many were refused.

    Numbers arrive as `int` or `Decimal`, never as float; NaN, infinities and objects that name
    a key twice are refused. Amounts leave as decimal strings. Blank lines are skipped.

    :param answer: called with the value of `field`; raises ActionRefused on a bad one.
    """
    refused = 0
    for raw in _lines(source):
        record: dict[str, Any] = {"id": None}
        try:
            line = _Line(raw)
            record["id"] = line.id
            record["result"] = answer(line.value(field))
        except ActionRefused as refusal:
            refused += 1
            record["error"] = refusal.message
        out.write(_written(record, getattr(out, "encoding", None) or "utf-8"))
    return refused


class _Line:
    """One line as JSON; what is wrong with it is said after its id is known."""

    def __init__(self, raw: bytes) -> None:
        self._complaints: list[str] = []
        self._request = self._read(raw)
        self.id = self._request.get("id")
        if isinstance(self.id, bool) or not isinstance(self.id, str | int):
            _refuse(
                "Cette ligne n’a pas d’identifiant. Donnez à « id » un texte ou un nombre entier."
            )

    def value(self, field: str) -> Any:
        if self._complaints:
            _refuse(self._complaints[0])
        if field not in self._request:
            _refuse(f"Il manque « {field} » dans cette ligne. Ajoutez-le.")
        return self._request[field]

    def _read(self, raw: bytes) -> dict[str, Any]:
        if len(raw) > _LONGEST_LINE:
            _refuse(
                "Cette ligne est trop longue. Coupez-la en lignes de moins d’un million d’octets."
            )
        try:
            request = json.loads(
                raw.decode(),
                parse_float=Decimal,
                parse_constant=self._constant,
                object_pairs_hook=self._object,
            )
        except UnicodeDecodeError:
            _refuse("Cette ligne n’est pas du texte en UTF-8. Enregistrez-la en UTF-8.")
        except (ValueError, ArithmeticError, RecursionError):
            _refuse("Cette ligne n’est pas du JSON lisible. Écrivez un objet par ligne.")
        if not isinstance(request, dict):
            _refuse("Cette ligne n’est pas un objet JSON. Écrivez-la entre accolades.")
        return request

    def _constant(self, name: str) -> None:
        self._complaints.append(f"« {name} » n’est pas un nombre. Écrivez un nombre décimal.")

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        read: dict[str, Any] = {}
        for name, value in pairs:
            if name in read:
                self._complaints.append(
                    f"« {name[:40]} » est donné deux fois. Gardez une seule valeur."
                )
            read[name] = value
        return read


def _lines(source: BinaryIO) -> Iterator[bytes]:
    """Yield the lines that hold something; of one that is too long, only its beginning."""
    at_start = True
    while raw := source.readline(_LONGEST_LINE + 1):
        rest = raw
        while len(raw) > _LONGEST_LINE and rest and not rest.endswith(b"\n"):
            rest = source.readline(_LONGEST_LINE)
        if at_start:
            raw, at_start = raw.removeprefix(b"\xef\xbb\xbf"), False
        if raw.strip():
            yield raw


def _written(record: Mapping[str, Any], encoding: str) -> str:
    line = json.dumps(record, ensure_ascii=False, default=_written_amount)
    try:
        line.encode(encoding)
    except UnicodeEncodeError:  # an ASCII terminal, or half of a surrogate pair in the id
        line = json.dumps(record, default=_written_amount)
    return line + "\n"


def _written_amount(value: object) -> str:
    assert isinstance(value, Decimal), f"{type(value).__name__} has no place in an answer"
    return f"{value:f}"


def _refuse(sentence: str) -> NoReturn:
    raise ActionRefused(sentence, code="unreadable_line")


def _how_many_were_refused(count: int) -> str:
    if count == 1:
        return "Une ligne a été refusée\u00a0: la raison est sous « error »."
    return f"{count} lignes ont été refusées\u00a0: la raison est sous « error »."
