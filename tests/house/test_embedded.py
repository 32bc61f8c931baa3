"""The two commands: what they survive, and the one line they say when they cannot.

The demonstration is run for real, in a folder of its own and without its cooperatives; its
parts are killed with the signal nothing can catch.
"""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import redis

from cae.embedded.state import is_free

ROOT = Path(__file__).resolve().parents[2]
OURS = re.compile(r"^(DATABASE_|REDIS_URL|CAE_|EMAIL_|SECRET_KEY|SITE_URL|STATIC_ROOT|DJANGO_)")
ROWS_LOST_PATIENCE = 60


def bare_environment(**given: str) -> dict[str, str]:
    """Return this environment without what `manage.py test` put in it."""
    kept = {name: value for name, value in os.environ.items() if not OURS.match(name)}
    return {**kept, "CAE_BOOTSTRAP": "off", **given}


def wait_until(happens: Callable[[], object], *, seconds: float = 60) -> None:
    limit = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.1)


class Demonstration:
    """One folder, in which the demonstration is started, hurt and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "printed"
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", "--empty", "--port", str(self.port)],
                cwd=ROOT,
                env=bare_environment(CAE_DEMO_FOLDER=str(self.folder)),
                stdout=output,
                stderr=output,
            )
        wait_until(
            lambda: "Prêt en" in self.printed() or self.process.poll() is not None, seconds=180
        )
        assert self.process.poll() is None, self.printed()

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(timeout=40) == 0, self.printed()

    def printed(self) -> str:
        return self.output.read_text()

    def variables(self) -> dict[str, str]:
        return json.loads((self.folder / "state.json").read_text())["running"]

    def pids(self, name: str) -> list[int]:
        """Return the processes of a service, the oldest first, by the mark they carry."""
        words = {
            "web": b"gunicorn",
            "worker": b"celery",
            "valkey": b"valkey-server",
            "mail": b"cae.embedded.mail",
        }
        if name == "postgresql":
            return [int((self._data() / "postmaster.pid").read_text().split("\n")[0])]
        mark = f"CAE_SUPERVISED_BY={self.folder}".encode()
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                is_ours = mark in (place / "environ").read_bytes().split(b"\0")
                if is_ours and words[name] in (place / "cmdline").read_bytes():
                    found.append(int(place.name))
        return sorted(found)

    def answers(self, host: str = "127.0.0.1") -> bool:
        site = http.client.HTTPConnection(host, self.port, timeout=10)
        try:
            site.request("GET", "/compte/connexion/")
            return site.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            site.close()

    def clean(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=40)
        shutil.rmtree(self._home(), ignore_errors=True)

    def _home(self) -> Path:
        return home_of(self.folder)

    def _data(self) -> Path:
        return self._home() / "postgresql"


def home_of(folder: Path) -> Path:
    """Return where PostgreSQL's files are for a demonstration kept in `folder`."""
    identity = folder / "identity"
    return Path("/var/lib") / f"cae-{identity.read_text()}" if identity.exists() else folder


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory) -> Iterator[Demonstration]:
    made = Demonstration(tmp_path_factory.mktemp("demonstration"))
    try:
        made.start()
        yield made
    finally:
        made.clean()


class Ledger:
    """Rows written one by one; those PostgreSQL confirmed must be there for ever."""

    confirmed: list[int]

    def __init__(self, demonstration: Demonstration) -> None:
        self.demonstration = demonstration
        with psycopg.connect(self._address("DATABASE_OWNER_URL"), autocommit=True) as owner:
            owner.execute("CREATE TABLE IF NOT EXISTS proof (number int PRIMARY KEY)")
        self.confirmed = self.found()

    def write(self, rows: int) -> None:
        """Write rows, each in its transaction, waiting for a server that is away."""
        limit = time.monotonic() + ROWS_LOST_PATIENCE
        while rows:
            try:
                with psycopg.connect(self._address("DATABASE_URL"), autocommit=True) as app:
                    while rows:
                        number = len(self.confirmed) + 1
                        # A row confirmed just before the kill is there although nobody said so.
                        app.execute(
                            "INSERT INTO proof VALUES (%s) ON CONFLICT DO NOTHING", [number]
                        )
                        self.confirmed.append(number)
                        rows -= 1
            except psycopg.OperationalError:
                assert time.monotonic() < limit, "PostgreSQL did not come back"
                time.sleep(0.2)

    def found(self) -> list[int]:
        with psycopg.connect(self._address("DATABASE_URL")) as app:
            return [row[0] for row in app.execute("SELECT number FROM proof ORDER BY number")]

    def _address(self, variable: str) -> str:
        return self.demonstration.variables()[variable]


def test_killing_any_part_loses_nothing(demonstration):
    ledger = Ledger(demonstration)
    ledger.write(50)

    for name in ("postgresql", "valkey", "worker", "web", "mail"):
        before = demonstration.pids(name)
        os.kill(before[0], signal.SIGKILL)
        ledger.write(20)
        wait_until(lambda: _came_back(demonstration, name, before))  # noqa: B023

    wait_until(demonstration.answers)
    assert ledger.found() == ledger.confirmed
    assert demonstration.printed().count("relancé") == 5


def test_killing_everything_at_once_loses_nothing(demonstration):
    """The supervisor first, so that nobody puts things in order."""
    ledger = Ledger(demonstration)
    ledger.write(50)
    parts = ("postgresql", "valkey", "worker", "web", "mail")
    doomed = [pid for name in parts for pid in demonstration.pids(name)]
    assert demonstration.process is not None

    for pid in (demonstration.process.pid, *doomed):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    demonstration.process.wait()
    began = time.monotonic()
    demonstration.start()

    assert ledger.found() == ledger.confirmed
    assert demonstration.answers()
    assert time.monotonic() - began < 40


def test_killing_the_supervisor_stops_the_others(demonstration):
    parts = ("valkey", "worker", "web", "mail")
    assert demonstration.process is not None

    demonstration.process.kill()
    demonstration.process.wait()

    wait_until(lambda: not any(demonstration.pids(name) for name in parts))
    demonstration.start()


# Forty people invited: forty mails to send, each asked for in the transaction of its invitation.
INVITE = """
from cae.core.tenancy import tenant
from entrepreneurs.actions.access import invite
from tests.makers import make_cooperative
cooperative = make_cooperative("preuve")
role = cooperative.roles.get(code="administrator")
for number in range(40):
    with tenant(cooperative):
        invite(email=f"p{number}@cae.example", role=role, by=None, holder=None)
"""
# What beat asks for each minute, without waiting for it.
RELAY = "from cae.core.outbox import relay; relay(older_than_seconds=0)"


def test_no_task_is_lost_whoever_dies(demonstration):
    """The worker and the broker killed at work, then everything the broker knew wiped."""
    folder = {"CAE_DEMO_FOLDER": str(demonstration.folder)}
    inviting = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", INVITE],
        cwd=ROOT,
        env=bare_environment(**folder),
    )
    wait_until(lambda: _mails(demonstration))
    for name in ("worker", "valkey"):
        before = demonstration.pids(name)
        os.kill(before[0], signal.SIGKILL)
        wait_until(lambda: _came_back(demonstration, name, before))  # noqa: B023
    assert inviting.wait(timeout=60) == 0
    wait_until(lambda: _broker_forgets(demonstration))

    assert manage("shell", "--no-imports", "-c", RELAY, **folder).returncode == 0

    wait_until(lambda: _done(demonstration) == 40)
    assert {f"p{number}@cae.example" for number in range(40)} <= _mails(demonstration)


def _broker_forgets(demonstration: Demonstration) -> bool:
    """Empty the broker, once it listens again: its process is there before its port."""
    try:
        with redis.Redis.from_url(demonstration.variables()["REDIS_URL"]) as broker:
            return bool(broker.flushall())
    except redis.ConnectionError:  # a broker that loads its file says so with one too
        return False


def _done(demonstration: Demonstration) -> int:
    with psycopg.connect(demonstration.variables()["DATABASE_OWNER_URL"]) as owner:
        (number,) = owner.execute(
            "SELECT count(*) FROM core_outboxmessage WHERE done_at IS NOT NULL"
        ).fetchone()
    return int(number)


def _mails(demonstration: Demonstration) -> set[str]:
    """Return who has been written to."""
    found = set()
    for mail in (demonstration.folder / "mail").glob("*.eml"):
        found |= set(re.findall(r"^To: (\S+)", mail.read_text(), flags=re.MULTILINE))
    return found


def test_a_second_start_says_where_the_first_one_is(demonstration):
    run = manage("demo", CAE_DEMO_FOLDER=str(demonstration.folder))

    assert run.returncode == 1
    assert run.stderr == (
        f"La démonstration tourne déjà : http://localhost:{demonstration.port}/\n"
    )


def test_commands_of_another_terminal_use_its_database(demonstration):
    run = manage("showmigrations", "core", CAE_DEMO_FOLDER=str(demonstration.folder))

    assert run.returncode == 0, run.stderr
    assert "[X] 0001_initial" in run.stdout


def test_what_it_keeps_is_for_its_owner_alone(demonstration):
    assert demonstration.folder.stat().st_mode & 0o077 == 0
    for name in ("state.json", "broker/broker.conf", "logs/web.log"):
        assert (demonstration.folder / name).stat().st_mode & 0o077 == 0, name


def test_it_listens_on_this_machine_only_and_asks_for_a_password(demonstration):
    variables = demonstration.variables()
    no_password = re.sub(r":[^:@/]+@", "@", variables["DATABASE_URL"])

    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(no_password)
    port = int(variables["REDIS_URL"].rpartition(":")[2].partition("/")[0])
    with socket.create_connection(("127.0.0.1", port)) as broker:
        broker.sendall(b"PING\r\n")
        assert broker.recv(100).startswith(b"-NOAUTH")
    ours = {port, demonstration.port}
    listening = {address for address in _listening() if address[1] in ours}
    assert listening == {("127.0.0.1", port) for port in ours}


def test_its_address_has_a_name_passkeys_accept(demonstration):
    """A passkey belongs to a host name: there is none in http://127.0.0.1."""
    address = f"http://localhost:{demonstration.port}"

    assert f" : {address}/\n" in demonstration.printed()
    assert demonstration.variables()["SITE_URL"] == address
    assert demonstration.answers("localhost")


@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_a_port_taken_wherever_localhost_leads_is_not_free(family, host):
    with socket.socket(family) as other:
        try:
            other.bind((host, 0))
        except OSError:
            return  # no IPv6 on this machine: nobody can be there
        other.listen()

        assert not is_free(other.getsockname()[1])


def test_mails_are_caught(demonstration):
    import smtplib

    port = int(demonstration.variables()["EMAIL_PORT"])
    with smtplib.SMTP("127.0.0.1", port) as post:
        post.sendmail("a@cae.example", ["b@cae.example"], "To: b@cae.example\n\nBonjour")

    wait_until(lambda: "b@cae.example" in _mails(demonstration))


def test_it_stops_cleanly_and_starts_again(demonstration):
    """Last: nothing is left running, and what was kept is kept."""
    ledger = Ledger(demonstration)
    ledger.write(5)

    demonstration.stop()

    assert not any(demonstration.pids(name) for name in ("valkey", "worker", "web", "mail"))
    assert "Tout est arrêté" in demonstration.printed()
    demonstration.start()
    assert ledger.found() == ledger.confirmed


# ── One line, not a traceback ────────────────────────────────────────────────────────


def manage(*command: str, **given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=bare_environment(**given),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def refused_start(environment: dict[str, str]) -> str:
    """Start the web process, which must refuse; return what it said."""
    run = subprocess.run(
        [
            *(sys.executable, "-m", "gunicorn", "cae.wsgi", "--no-control-socket"),
            *("--bind", f"127.0.0.1:{_free_port()}"),
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode != 0
    assert "Traceback" not in run.stderr
    return run.stderr


NOWHERE = "postgres://cae_app:secret@127.0.0.1:1/cae"
SECRETS = {"SECRET_KEY": "x" * 50, "CAE_FIELD_KEYS": "1:" + "A" * 43 + "="}


def test_a_port_already_taken_is_said_in_one_line(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        run = manage("demo", "--port", str(port), CAE_DEMO_FOLDER=str(tmp_path))

    assert run.returncode == 1
    assert run.stderr == (
        f"Le port {port} est déjà pris. Choisissez-en un autre : "
        f"python3 manage.py demo --port {port + 1}\n"
    )


def test_an_unreachable_database_is_said_in_one_line():
    run = manage("migrate", "--database", "owner", DATABASE_OWNER_URL=NOWHERE, DATABASE_URL=NOWHERE)

    assert run.returncode == 1
    assert run.stderr.splitlines()[-1] == (
        "La base de données ne répond pas à 127.0.0.1:1 (Connection refused). "
        "Démarrez PostgreSQL, ou corrigez DATABASE_URL."
    )
    assert "Traceback" not in run.stderr


def test_no_database_at_all_says_how_to_have_one(tmp_path):
    run = manage("migrate", "--database", "owner", CAE_DEMO_FOLDER=str(tmp_path))

    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith("Aucune base de données : lancez")


def test_the_site_refuses_to_start_without_its_secrets():
    said = refused_start(bare_environment(DATABASE_URL=NOWHERE))

    assert "Il manque la variable d’environnement SECRET_KEY" in said


def test_the_site_refuses_to_start_without_its_database():
    said = refused_start(bare_environment(DATABASE_URL=NOWHERE, **SECRETS))

    assert "La base de données ne répond pas à 127.0.0.1:1" in said


def test_the_worker_says_that_the_broker_does_not_answer():
    """It goes on trying: a broker comes back."""
    given = {name: os.environ[name] for name in ("DATABASE_URL",)}
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "--app", "cae", "worker", "--concurrency", "1"],
        cwd=ROOT,
        env=bare_environment(**given, **SECRETS, REDIS_URL="redis://:secret@127.0.0.1:1/0"),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert worker.stderr is not None
    try:
        said = ""
        for line in worker.stderr:
            said += line
            if "Trying again" in line:
                break
    finally:
        worker.kill()
        worker.wait()
    assert "Cannot connect to redis://:**@127.0.0.1:1/0" in said
    assert "Traceback" not in said


def test_a_broker_asked_by_a_command_is_said_in_one_line():
    code = "from cae.celery import app; app.connection().ensure_connection(max_retries=1)"
    run = manage("shell", "--no-imports", "-c", code, REDIS_URL="redis://127.0.0.1:1/0")

    assert run.returncode == 1
    assert run.stderr == (
        "Le courtier de messages ne répond pas à 127.0.0.1:1. "
        "Démarrez Redis, ou corrigez REDIS_URL.\n"
    )


def test_data_of_another_postgresql_are_left_alone(demonstration):
    """A server of another version would not read them: say so, erase nothing."""
    demonstration.stop()
    version = home_of(demonstration.folder) / "postgresql" / "PG_VERSION"
    written = version.read_text()
    version.write_text("12\n")
    try:
        run = manage("demo", CAE_DEMO_FOLDER=str(demonstration.folder))
    finally:
        version.write_text(written)

    assert run.returncode == 1
    assert "viennent de PostgreSQL 12" in run.stderr
    assert "Traceback" not in run.stderr


def _came_back(demonstration: Demonstration, name: str, before: list[int]) -> bool:
    try:
        now = demonstration.pids(name)
    except (OSError, ValueError):  # postmaster.pid, not written yet
        return False
    return bool(now) and now[0] not in before


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listening() -> set[tuple[str, int]]:
    """Return the IPv4 addresses and ports this machine listens on."""
    found = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, _, status, *_ = line.split()
        if status == "0A":
            address, port = local.split(":")
            found.add((socket.inet_ntoa(bytes.fromhex(address)[::-1]), int(port, 16)))
    return found
