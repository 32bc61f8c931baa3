"""What every test stands on: PostgreSQL as the application role, and two cooperatives.

`manage.py test` starts the servers and prepares the empty database; here it is migrated as
its owner, then every test speaks as `cae_app`, the role that serves, behind the same walls.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from datetime import date

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from whitenoise.base import WhiteNoise

from tests.plugins.planted import commits, planted

# A slow machine is no reason to fail: the examples are bounded, their time is not.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")

pytest_plugins = [
    "tests.plugins.day",
    "tests.plugins.no_skip_in_ci",
    "tests.plugins.what_is_here",
    "tests.plugins.every_page",
    "tests.plugins.long_first",
    "tests.plugins.browser",
]

JUNE_3 = date(2026, 6, 3)


def pytest_collection_finish() -> None:
    """What was collected stays to the end: Python need not walk it again to free memory."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker) -> None:
    with django_db_blocker.unblock():
        if "CAE_TABLES_READY" not in os.environ:  # `manage.py test` keeps them between runs
            call_command("migrate", database="owner", verbosity=0, interactive=False)


_TRIES = 10

#: Waits for whoever is writing, in every table, then passes over the files that are still empty
#: and over what migrations write and tests only read.
_EMPTY = """
DO $$
DECLARE
    tables regclass[] := array(
        SELECT format('public.%I', tablename)::regclass FROM pg_tables
        WHERE schemaname = 'public'
        AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
    );
    one regclass;
BEGIN
    EXECUTE 'LOCK TABLE ' || array_to_string(tables, ', ') || ' IN SHARE ROW EXCLUSIVE MODE';
    FOREACH one IN ARRAY tables LOOP
        IF pg_relation_size(one) > 0 THEN
            EXECUTE 'DELETE FROM ' || one;
        END IF;
    END LOOP;
END $$
"""


@pytest.fixture(autouse=True)
def empty_tables_after_commits(request) -> Iterator[None]:
    """Leave nothing behind a test that commits."""
    yield
    if commits(request.node):
        _empty_tables()


def _empty_tables() -> None:
    """Delete every row, again where the site or the worker of the tests was still writing.

    They live as long as the session, and a test that commits gives the worker something to do:
    PostgreSQL then breaks the embrace by refusing us, and the second try passes after it.

    As the superuser: past walls, triggers and references. TRUNCATE would make a thousand files
    anew, of tables and of indexes, where a test wrote in a few.
    """
    with psycopg.connect(admin_dsn()) as admin:
        admin.execute("SET lock_timeout = '10s'; SET session_replication_role = replica")
        admin.commit()
        for attempt in range(_TRIES):
            try:
                with admin.transaction():
                    admin.execute(_EMPTY)
            except (psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable):
                if attempt == _TRIES - 1:
                    raise
            else:
                return


def _dsn(alias: str) -> str:
    config = settings.DATABASES[alias]
    return psycopg.conninfo.make_conninfo(
        host=config["HOST"],
        port=config["PORT"],
        user=config["USER"],
        password=config["PASSWORD"],
        dbname=config["NAME"],
    )


def admin_dsn() -> str:
    """A superuser of the throw-away server: plants what the walls must then hide."""
    return os.environ["DATABASE_ADMIN_URL"]


def owner_dsn() -> str:
    return _dsn("owner")


def app_dsn() -> str:
    return _dsn("default")


@pytest.fixture(scope="session", autouse=True)
def static_files() -> Iterator[None]:
    """Pages name their static files by content: they are gathered once, as in production.

    They are listed once too: a browser of tests is a site of its own, that would list them again.
    """
    call_command("collectstatic", interactive=False, verbosity=0)
    known: dict[tuple[str, str], dict[str, object]] = {}
    read = WhiteNoise.update_files_dictionary

    def listed(site: WhiteNoise, root: str, prefix: str) -> None:
        if (root, prefix) not in known:
            before = dict(site.files)
            read(site, root, prefix)
            known[root, prefix] = {
                url: file for url, file in site.files.items() if before.get(url) is not file
            }
        site.files.update(known[root, prefix])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoise, "update_files_dictionary", listed)
        yield


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path) -> None:
    settings.CAE_FILES = tmp_path / "files"


@pytest.fixture(autouse=True)
def mails_of_the_test(settings) -> None:
    """Mails of unit tests stay in memory; journeys use a real SMTP catcher."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@planted
def cooperatives():
    """Two cooperatives always exist: nothing of the second may ever show in the first."""
    from tests.makers import make_cooperative

    return make_cooperative("ateliers"), make_cooperative("autre")


@planted
def cooperative(cooperatives):
    return cooperatives[0]


@planted
def other_cooperative(cooperatives):
    return cooperatives[1]


@pytest.fixture
def inside(cooperative) -> Iterator[None]:
    """The test runs inside the first cooperative, as its staff's role."""
    from cae.core.tenancy import tenant

    with tenant(cooperative):
        yield
