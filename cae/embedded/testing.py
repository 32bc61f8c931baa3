"""`manage.py test`: the suite, on throw-away servers of its own.

The tables are made once for all runs, as long as no migration changes: each run starts on
a copy of those data. The whole suite is shared between processes, one a core, each on a database
of its own; a part of it, named by an argument, runs in one.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

from cae import bootstrap
from cae.bootstrap import DEMO, ROOT, say, step
from cae.embedded import postgresql
from cae.embedded.broker import Broker
from cae.embedded.demo import migrations_digest
from cae.embedded.postgresql import PostgreSQL
from cae.embedded.state import State, digest
from cae.embedded.supervisor import Stopped, Supervisor

#: More would not fit in the memory of a small machine: each has its site, worker and browser.
MOST_PROCESSES = 4

# The servers of every run share their passwords, since they share their first data.
SECRETS = DEMO / "test-secrets.json"


def test(arguments: list[str]) -> int:
    """Run pytest with these arguments and return its exit status."""
    DEMO.mkdir(mode=0o700, exist_ok=True)
    _forget_dead_runs()
    processes = _processes(arguments)
    run = f"test-{os.getpid()}"
    folder = DEMO / run
    folder.mkdir(mode=0o700, parents=True)
    if bootstrap.chromium() is None:
        say("  Sans Chromium, les essais dans le navigateur sont passés : apt-get install chromium")
    try:
        with Supervisor(folder) as supervisor:
            with step("PostgreSQL et Valkey jetables"):
                environment = _start_servers(supervisor, run, processes)
            command = [sys.executable, "-m", "pytest", *_sharing(processes), *arguments]
            return supervisor.wait_in_foreground(
                subprocess.Popen(command, cwd=ROOT, env=environment)
            )
    except Stopped:
        return 130
    finally:
        _forget(folder)


def _processes(arguments: list[str]) -> int:
    """Return how many processes share these tests: one, where the arguments name some."""
    is_whole = all(argument.startswith("-") for argument in arguments)
    return min(len(os.sched_getaffinity(0)), MOST_PROCESSES) if is_whole else 1


def _sharing(processes: int) -> list[str]:
    if processes == 1:
        return []
    # By file: what a module prepares is prepared once. In their order: tests/plugins/long_first.py.
    shared = [f"--numprocesses={processes}", "--dist=loadfile", "--no-loadscope-reorder"]
    return [*shared, "--durations=10", "--durations-min=5"]  # what to look at first


def _start_servers(supervisor: Supervisor, run: str, processes: int) -> dict[str, str]:
    """Return the environment of the tests."""
    with (DEMO / "test-model.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs must not make the model together
        state = _state(supervisor.folder)
        database = PostgreSQL(state, name=f"{run}.data", settings=postgresql.THROW_AWAY)
        broker = Broker(state, supervisor.folder, is_throw_away=True)
        environment = {
            **os.environ,
            **database.environment(),
            **broker.environment(),
            "SECRET_KEY": state.secret("django"),
            "CAE_FIELD_KEYS": f"1:{state.key('fields')}",
            "CAE_FILES": str(supervisor.folder / "files"),
            "CAE_CHROMIUM": bootstrap.chromium() or "",
            "STATIC_ROOT": str(supervisor.folder / "static"),
            "INSECURE_HTTP": "1",
            "CAE_DEMO": "0",
            "DEBUG": "0",
            "CAE_TABLES_READY": "1",
        }
        supervisor.launch(broker.service())
        model = _migrated_data(supervisor, database, environment)
        # Owner and modes kept: PostgreSQL is another user when we are root.
        subprocess.run(["cp", "-a", model, database.data], check=True)
    supervisor.launch(database.service())
    for service in supervisor.services:
        supervisor.wait_for(service)
    for rank in range(processes if processes > 1 else 0):
        database.copy_database(f"_gw{rank}")
    return environment


def _migrated_data(
    supervisor: Supervisor, database: PostgreSQL, environment: dict[str, str]
) -> Path:
    """Return data in which every table is made, made now if a migration changed."""
    model = database.home / "test-model"
    kept = DEMO / "test-model.mark"
    mark = _mark()
    if not (model.exists() and kept.exists() and kept.read_text() == mark):
        service = database.service()
        supervisor.start(service)
        database.prepare()
        migrate: list[str | Path] = [
            sys.executable,
            ROOT / "manage.py",
            "migrate",
            "--database",
            "owner",
        ]
        supervisor.run("migrate", migrate, environment)
        supervisor.stop(service)
        shutil.rmtree(model, ignore_errors=True)
        database.data.rename(model)
        kept.write_text(mark)
    return model


def _mark() -> str:
    """Return what the model depends on: migrations, roles, this PostgreSQL, these secrets."""
    folder = ROOT / "cae"
    code = [folder / "core" / "tenancy" / "roles.py", *(folder / "embedded").glob("*.py")]
    return f"{migrations_digest()} {digest([*code, SECRETS])} {postgresql.find_binaries()}"


def _state(folder: Path) -> State:
    if not SECRETS.exists():
        shared = State(SECRETS)
        for name in (*postgresql.URLS, "broker", "django"):
            shared.secret(name)
    shutil.copy(SECRETS, folder / "state.json")
    return State(folder / "state.json")


def _forget_dead_runs() -> None:
    for folder in DEMO.glob("test-*[0-9]"):
        try:
            os.kill(int(folder.name.removeprefix("test-")), 0)
        except ProcessLookupError:
            _forget(folder)
        except PermissionError:  # alive, another user's
            pass


def _forget(folder: Path) -> None:
    shutil.rmtree(postgresql.home() / f"{folder.name}.data", ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
