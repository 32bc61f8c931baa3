"""`manage.py test`: the suite, on throw-away servers of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from cae import bootstrap
from cae.bootstrap import DEMO, ROOT, say, step
from cae.embedded import postgresql
from cae.embedded.broker import Broker
from cae.embedded.postgresql import PostgreSQL
from cae.embedded.state import State
from cae.embedded.supervisor import Stopped, Supervisor


def test(arguments: list[str]) -> int:
    """Run pytest with these arguments and return its exit status."""
    _forget_dead_runs()
    folder = DEMO / f"test-{os.getpid()}"
    folder.mkdir(mode=0o700, parents=True)
    state = State(folder / "state.json")
    database = PostgreSQL(state, folder, settings=postgresql.THROW_AWAY)
    broker = Broker(state, folder, is_throw_away=True)
    if bootstrap.chromium() is None:
        say("  Sans Chromium, les essais dans le navigateur sont passés : apt-get install chromium")
    try:
        with Supervisor(folder) as supervisor:
            with step("PostgreSQL et Valkey jetables"):
                servers = database.service(), broker.service()
                for service in servers:
                    supervisor.launch(service)
                for service in servers:
                    supervisor.wait_for(service)
                database.prepare()
            environment = {
                **os.environ,
                **database.environment(),
                **broker.environment(),
                "SECRET_KEY": state.secret("django"),
                "CAE_FIELD_KEYS": f"1:{state.key('fields')}",
                "CAE_FILES": str(folder / "files"),
                "STATIC_ROOT": str(folder / "static"),
                "INSECURE_HTTP": "1",
            }
            browser = bootstrap.chromium()
            if browser:
                environment["CAE_CHROMIUM"] = browser
            command = [sys.executable, "-m", "pytest", *arguments]
            return supervisor.wait_in_foreground(
                subprocess.Popen(command, cwd=ROOT, env=environment)
            )
    except Stopped:
        return 130
    finally:
        _forget(folder)


def _forget_dead_runs() -> None:
    for folder in DEMO.glob("test-*"):
        try:
            os.kill(int(folder.name.removeprefix("test-")), 0)
        except ProcessLookupError:
            _forget(folder)
        except PermissionError:  # alive, another user's
            pass


def _forget(folder: Path) -> None:
    shutil.rmtree(postgresql.home(State(folder / "state.json")), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
