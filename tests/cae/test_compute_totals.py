import io
import json
from pathlib import Path

from django.core.management.base import CommandError

from cae.management.commands.compute_totals import Command

VECTORS = json.loads(
    (Path(__file__).parents[1] / "data" / "invoicing" / "vat_vectors.json").read_text()
)["vectors"]


def run(lines: list[bytes]) -> tuple[list[dict], int]:
    out, status = io.StringIO(), 0
    try:
        Command(stdout=out).handle(source=io.BytesIO(b"\n".join(lines)))
    except CommandError as end:
        status = end.returncode
    return [json.loads(line) for line in out.getvalue().splitlines()], status


def asked(vector: dict) -> bytes:
    return json.dumps({"id": vector["id"], "doc": vector["doc"]}).encode()


def test_every_vector_is_answered():
    answers, status = run([asked(vector) for vector in VECTORS])

    assert answers == [{"id": vector["id"], "result": vector["expect"]} for vector in VECTORS]
    assert status == 0


def test_a_malformed_line_ends_with_status_1_and_the_others_are_answered():
    first, last = VECTORS[0], VECTORS[-1]

    answers, status = run(
        [asked(first), b'{"id": "bad", "doc": {"lines": [{"qty": "NaN"}]}}', asked(last)]
    )

    assert status == 1
    assert answers == [
        {"id": first["id"], "result": first["expect"]},
        {
            "id": "bad",
            "error": "Lines n°\u00a01\u00a0: «\u00a0qty\u00a0» doit être un nombre décimal,"
            ' par exemple "1234.56".',
        },
        {"id": last["id"], "result": last["expect"]},
    ]
