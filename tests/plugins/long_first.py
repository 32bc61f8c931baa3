"""Where several processes share the tests, what is long is begun first.

A file is run by one process: begun last, a long one would be waited for by all the others.
"""

from __future__ import annotations

from collections import Counter

import pytest

#: Half a minute or more each. The ten slowest tests are named at the end of the whole suite.
LONG = {
    "tests/journeys/test_four_roles.py",
    "tests/house/test_embedded.py",
    "tests/house/test_production_shape.py",
    "tests/house/test_typed_addresses.py",
    "tests/api/test_contract.py",
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not hasattr(config, "workerinput"):
        return  # alone, in the order of the files
    tests = Counter(_file(item) for item in items)
    items.sort(key=lambda item: (_file(item) not in LONG, -tests[_file(item)], _file(item)))


def _file(item: pytest.Item) -> str:
    return item.nodeid.split("::")[0]
