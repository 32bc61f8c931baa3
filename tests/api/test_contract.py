"""Whatever the API is sent, it answers: no 500, and each refusal is {code, message}.

The inputs are drawn from the API's own schema.
"""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from tests.api.conftest import Key
from tests.api.test_api import create_quote

#: Shared by all operations, so that the suite stays short as the API grows; the same examples
#: come back each time. A body has many ways to be wrong, a number in an address few.
EXAMPLES = 1500
LEAST = 3


@pytest.fixture
def schema(camille, client):
    create_quote(camille)  # something to find, to send, to refuse
    return schemathesis.openapi.from_dict(client.get("/api/v1/schema/?format=json").json())


def test_no_input_breaks_it(schema, camille):
    operations = [result.ok() for result in schema.get_all_operations()]

    assert len(operations) >= 17
    weights = [3 if operation.body else 1 for operation in operations]
    for operation, weight in zip(operations, weights, strict=True):
        _try(operation, camille, examples=max(LEAST, round(EXAMPLES * weight / sum(weights))))


def _try(operation, key: Key, *, examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def run(case) -> None:
        response = _send(key, case)

        assert response.status_code < 500, (case.method, case.formatted_path, case.body)
        if response.status_code >= 400:
            assert {"code", "message"} <= set(response.json())

    run()


def _send(key: Key, case):
    try:
        body = json.dumps(case.body)
    except TypeError:  # nothing to send, or the bytes of a file
        body = ""
    return key.generic(
        case.method.upper(),
        case.formatted_path,
        body,
        content_type="application/json",
        QUERY_STRING=urlencode(case.query or {}, doseq=True),
    )
