"""Chooses tests by what this machine has: a browser, servers installed by its system.

Without Chromium a `browser` test is skipped, and says so. Without the system's PostgreSQL and
Redis a `services` test is left out: `manage.py test` never installs servers.
"""

import shutil

import pytest

from cae import bootstrap
from cae.embedded.postgresql import system_binaries


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if bootstrap.chromium() is None:
        skip = pytest.mark.skip(reason="sans Chromium : sudo apt-get install chromium")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(skip)
    if not (system_binaries() and shutil.which("redis-server")):
        left_out = [item for item in items if item.get_closest_marker("services")]
        if left_out:
            items[:] = [item for item in items if not item.get_closest_marker("services")]
            config.hook.pytest_deselected(items=left_out)
