"""Where several processes share the tests, the longest files begin: none is left to the end alone.

Between them, files keep their order; a file is run by one process (`--dist=loadfile`).
"""

from __future__ import annotations

import pytest

#: What waits for servers as much as it works, the longest first.
_LONG = (
    "tests/journeys/test_four_roles.py",
    "tests/house/test_embedded.py",
    "tests/browser/test_accounts.py",
    "tests/demo/test_seed_demo.py",
    "tests/house/test_production_shape.py",
    "tests/house/test_doors.py",
    "tests/house/test_typed_addresses.py",
    "tests/api/test_contract.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    path = item.nodeid.partition("::")[0]
    if path in _LONG:
        return _LONG.index(path)
    return len(_LONG) + (item.get_closest_marker("browser") is None)
