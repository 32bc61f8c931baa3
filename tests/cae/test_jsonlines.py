import io
import json
from decimal import Decimal

import pytest

from cae.core.workflow import ActionRefused
from cae.management.jsonlines import answer_lines


def double(value):
    if not isinstance(value, int | Decimal):
        raise ActionRefused("Donnez un nombre.", code="not_a_number")
    return {"twice": Decimal(2 * value)}


def answers(*lines: bytes) -> tuple[list[dict], int]:
    out = io.StringIO()
    refused = answer_lines(io.BytesIO(b"\n".join(lines)), out, field="n", answer=double)
    return [json.loads(line) for line in out.getvalue().splitlines()], refused


def test_each_line_is_answered_in_order_with_exact_decimals():
    read, refused = answers(b'{"id": "a", "n": 0.1}', b"", b'{"id": 2, "n": 21}')

    assert read == [
        {"id": "a", "result": {"twice": "0.2"}},
        {"id": 2, "result": {"twice": "42"}},
    ]
    assert refused == 0


def test_a_refused_line_keeps_its_id_and_does_not_stop_the_others():
    read, refused = answers(b'{"id": 1, "n": "x"}', b'{"id": 2, "n": 1}')

    assert read == [
        {"id": 1, "error": "Donnez un nombre."},
        {"id": 2, "result": {"twice": "2"}},
    ]
    assert refused == 1


@pytest.mark.parametrize(
    ("line", "id_", "word"),
    [
        (b"{", None, "JSON lisible"),
        (b"[]", None, "accolades"),
        (b"12", None, "accolades"),
        (b"\xff\xfe{}", None, "UTF-8"),
        (b'{"n": 1}', None, "identifiant"),
        (b'{"id": true, "n": 1}', None, "identifiant"),
        (b'{"id": [1], "n": 1}', None, "identifiant"),
        (b'{"id": 1}', 1, "Il manque « n »"),
        (b'{"id": 1, "n": NaN}', 1, "NaN"),
        (b'{"id": 1, "n": -Infinity}', 1, "Infinity"),
        (b'{"id": 1, "n": 1, "n": 2}', 1, "deux fois"),
        (b'{"id": 1, "n": {"a": 1, "a": 2}}', 1, "deux fois"),
        (b'{"id": 1, "n": ' + b"9" * 5000 + b"}", None, "JSON lisible"),
        (b'{"id": 1, "n": 1e99999999999999999999}', None, "JSON lisible"),
        (b'{"id": 1, "n": ' + b"[" * 100_000, None, "JSON lisible"),
        (b'{"id": 1, "n": "' + b"x" * 3_000_000 + b'"}', None, "trop longue"),
    ],
)
def test_an_unreadable_line_gets_a_french_sentence(line, id_, word):
    read, refused = answers(line, b'{"id": "after", "n": 1}')

    assert read[0]["id"] == id_
    assert word in read[0]["error"]
    assert read[1:] == [{"id": "after", "result": {"twice": "2"}}]
    assert refused == 1


def test_a_byte_order_mark_is_not_an_error():
    read, _ = answers(b'\xef\xbb\xbf{"id": 1, "n": 1}')

    assert read == [{"id": 1, "result": {"twice": "2"}}]


def test_an_id_that_is_no_valid_text_comes_back_escaped():
    read, _ = answers(b'{"id": "\\ud800", "n": 1}')

    assert read == [{"id": "\ud800", "result": {"twice": "2"}}]


def test_an_ascii_stream_gets_ascii():
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    answer_lines(io.BytesIO(b'{"id": "\xc3\xa9", "n": 1}'), out, field="n", answer=double)
    out.flush()

    assert json.loads(raw.getvalue()) == {"id": "é", "result": {"twice": "2"}}
