"""Where several processes share the tests, each has its database, its broker and its files.

`manage.py test` made a database for each, named after the process. Read before the settings
are: pytest loads this plugin first (pyproject.toml).
"""

import os

# Taken away: what the tests start is not one of these processes.
if name := os.environ.pop("PYTEST_XDIST_WORKER", None):
    for variable in [key for key in os.environ if key.startswith("DATABASE_")]:
        os.environ[variable] += f"_{name}"
    for variable in ("CAE_FILES", "STATIC_ROOT"):
        os.environ[variable] += f"-{name}"
    broker, _, _ = os.environ["REDIS_URL"].rpartition("/")
    os.environ["REDIS_URL"] = f"{broker}/{int(name.removeprefix('gw'))}"
