"""Production without Docker: its settings, on PostgreSQL and Redis installed by the system.

The compose file is read, not run: its processes are started here as it says, with the
variables it gives, DEBUG off, behind a proxy that ends TLS.
"""

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import yaml

from cae.embedded import postgresql
from cae.embedded.broker import Broker
from cae.embedded.postgresql import PostgreSQL
from cae.embedded.state import State
from cae.embedded.supervisor import Service

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SECRETS = {
    "POSTGRES_PASSWORD": "admin-secret",
    "CAE_OWNER_PASSWORD": "owner-secret",
    "CAE_APP_PASSWORD": "app-secret",
    "CAE_PLATFORM_PASSWORD": "platform-secret",
    "CAE_BACKUP_PASSWORD": "backup-secret",
    "REDIS_PASSWORD": "redis-secret",
    "SECRET_KEY": "production-" + "x1Y!" * 15,
    "CAE_FIELD_KEYS": "1:" + "A" * 43 + "=",
    "SITE_URL": "https://cae.example",
    "ALLOWED_HOSTS": "cae.example",
}


# ── The file itself ──────────────────────────────────────────────────────────────────


def given(service: str) -> dict[str, str]:
    """Return the variables the compose file gives a service, its .env filled."""

    def fill(match: re.Match[str]) -> str:
        name, _, default = match[1].partition(":")
        return SECRETS.get(name, default.removeprefix("-").removeprefix("?"))

    environment = COMPOSE["services"][service]["environment"]
    return {name: re.sub(r"\$\{([^}]+)\}", fill, value) for name, value in environment.items()}


def test_only_the_preparation_knows_the_superuser_and_the_owner():
    privileged = {"DATABASE_ADMIN_URL", "DATABASE_OWNER_URL"}

    knowing = {
        name
        for name, service in COMPOSE["services"].items()
        if privileged & set(service.get("environment", {}))
    }

    assert knowing == {"prepare"}


def test_web_worker_and_beat_are_one_recipe_and_one_environment():
    ours = {name: COMPOSE["services"][name] for name in ("web", "worker", "beat")}

    # The worker's image is the site's, with what judges electronic invoices on top.
    targets = {name: service["build"]["target"] for name, service in ours.items()}
    assert targets == {"web": "web", "beat": "web", "worker": "worker"}
    assert "FROM web AS worker" in (ROOT / "Dockerfile").read_text()
    assert len({json.dumps(service["environment"]) for service in ours.values()}) == 1


def test_every_variable_of_the_compose_file_is_documented():
    documented = (ROOT / "docs" / "running.md").read_text()

    variables = set(given("prepare")) | set(SECRETS)

    assert [name for name in sorted(variables) if not re.search(rf"\b{name}\b", documented)] == []


def test_nothing_but_the_site_and_the_caught_mails_is_published():
    published = {
        name: service["ports"]
        for name, service in COMPOSE["services"].items()
        if "ports" in service
    }

    assert published == {"web": ["127.0.0.1:8000:8000"], "mail": ["127.0.0.1:8025:8025"]}


def test_the_image_installs_the_lock_and_runs_without_root():
    recipe = (ROOT / "Dockerfile").read_text()

    assert "--require-hashes --requirement /tmp/production.txt" in recipe
    assert "--require-hashes --requirement /tmp/worker.txt" in recipe
    assert "USER cae" in recipe
    for package in ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"):
        assert package in recipe


# ── The same processes, on the servers of the system ─────────────────────────────────


@dataclass
class Production:
    """Servers prepared as the compose file says, and the variables of each service."""

    folder: Path
    port: int
    variables: dict[str, dict[str, str]]
    binaries: Path

    def environment(self, service: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**kept, "CAE_BOOTSTRAP": "off", **self.variables[service]}

    def manage(self, *command: str, service: str = "prepare") -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment(service),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def process(self, service: str, command: list[str]) -> Iterator[Path]:
        """Run one of our processes; yield its log."""
        log = self.folder / f"{service}.log"
        with log.open("wb") as output:
            running = subprocess.Popen(
                command, cwd=ROOT, env=self.environment(service), stdout=output, stderr=output
            )
        try:
            yield log
            assert running.poll() is None, log.read_text()
        finally:
            running.terminate()
            running.wait(timeout=20)

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        site = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        site.request("GET", path, headers={"Host": "cae.example", **headers})
        return site.getresponse()


def wait_until(happens: Callable[[], object], *, seconds: float = 30) -> None:
    limit = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.1)


@contextmanager
def running(service: Service) -> Iterator[None]:
    uid, gid = service.user or (None, None)
    server = subprocess.Popen(
        service.command,
        cwd="/",
        env={"PATH": os.defpath},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=uid,
        group=gid,
        extra_groups=[] if service.user else None,
    )
    try:
        wait_until(service.is_ready)
        yield
    finally:
        server.send_signal(service.stop_signal)
        server.wait(timeout=30)


@pytest.fixture(scope="module")
def production(tmp_path_factory) -> Iterator[Production]:
    folder = tmp_path_factory.mktemp("production")
    state = State(folder / "state.json")
    state.keep("secret:postgres", SECRETS["POSTGRES_PASSWORD"])
    state.keep("secret:broker", SECRETS["REDIS_PASSWORD"])
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        binaries = postgresql.system_binaries()[0].folder
        patch.setenv("CAE_PG_BIN", str(binaries))
        name = f"production-{os.getpid()}"
        database = PostgreSQL(state, name=name, settings=postgresql.THROW_AWAY)
        stack.callback(shutil.rmtree, database.data, ignore_errors=True)
        broker = Broker(state, folder)
        redis = shutil.which("redis-server")
        assert redis is not None
        stack.enter_context(running(database.service()))
        stack.enter_context(running(broker.service(binary=Path(redis))))
        places = {
            "@postgres:5432": f"@127.0.0.1:{database.port}",
            "@redis:6379": f"@127.0.0.1:{broker.port}",
        }
        variables = {name: given(name) for name in ("prepare", "web", "worker", "beat")}
        for values in variables.values():
            for name, value in values.items():
                for there, here in places.items():
                    values[name] = value = value.replace(there, here)
            values["CAE_FILES"] = str(folder / "files")
            values["STATIC_ROOT"] = str(folder / "static")
        made = Production(folder, state.port("web"), variables, binaries)
        made.manage("prepare_database")
        made.manage("migrate", "--database", "owner", "--no-input")
        made.manage("collectstatic", "--no-input", service="web")
        yield made


@pytest.fixture(scope="module")
def site(production) -> Iterator[Production]:
    command = COMPOSE_WEB.replace("0.0.0.0:8000", f"127.0.0.1:{production.port}")
    with production.process("web", [sys.executable, "-m", *json.loads(command)]) as log:
        wait_until(lambda: "Booting worker" in log.read_text() and answers(production))
        yield production


# The command of the image, as the web service runs it.
COMMAND = (ROOT / "Dockerfile").read_text().rpartition("\nCMD ")[2].partition("\n\n")[0]
COMPOSE_WEB = COMMAND.replace("\\\n", " ").strip()


def answers(production: Production) -> bool:
    try:
        return production.get("/compte/connexion/").status > 0
    except OSError:
        return False


@pytest.mark.services
def test_preparing_again_changes_nothing(production):
    assert "sont prêts" in production.manage("prepare_database")

    migrated = production.manage("migrate", "--database", "owner", "--no-input")
    assert "No migrations to apply" in migrated or "Aucune migration" in migrated


@pytest.mark.services
def test_the_settings_pass_the_deployment_checks(production):
    production.manage("check", "--deploy", "--fail-level", "WARNING", service="web")


@pytest.mark.services
def test_plain_http_is_sent_to_https(site):
    answer = site.get("/compte/connexion/")

    assert answer.status == 301
    assert answer.headers["Location"] == "https://cae.example/compte/connexion/"


@pytest.mark.services
def test_the_sign_in_page_is_served_behind_the_proxy(site):
    answer = site.get("/compte/connexion/", **{"X-Forwarded-Proto": "https"})

    assert answer.status == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.services
def test_another_host_name_is_refused(site):
    answer = site.get("/compte/connexion/", Host="evil.example", **{"X-Forwarded-Proto": "https"})

    assert answer.status == 400


@pytest.mark.services
def test_beat_rings_and_the_worker_answers(production):
    """Through Redis: the relay of the outbox runs, asked by a beat apart."""
    ready = production.folder / "worker.ready"
    production.variables["worker"]["CAE_READY_FILE"] = str(ready)
    schedule = production.folder / "beat.schedule"
    celery = [sys.executable, "-m", "celery", "--app", "cae"]
    subprocess.run(
        [sys.executable, "-c", RING_AT_ONCE, schedule],
        cwd=ROOT,
        env=production.environment("beat"),
        check=True,
    )
    worker = production.process("worker", [*celery, "worker", "--concurrency", "1", "-l", "INFO"])
    beat = production.process("beat", [*celery, "beat", "--schedule", str(schedule), "-l", "INFO"])
    with worker as log:
        wait_until(ready.exists)
        with beat:
            wait_until(lambda: re.search(r"relay_outbox\[.*succeeded", log.read_text()))


# A schedule never rung yet waits its first minute: make it two days old.
RING_AT_ONCE = """
import sys
from datetime import timedelta
from celery.beat import PersistentScheduler
from cae.celery import app
scheduler = PersistentScheduler(app, schedule_filename=sys.argv[1])
for entry in scheduler.schedule.values():
    entry.last_run_at -= timedelta(days=2)
scheduler.close()
"""


@pytest.mark.services
def test_the_application_role_cannot_step_over_the_walls(production):
    from tests.house.test_embedded import refused_start

    for variable, sentence in (
        ("DATABASE_ADMIN_URL", "que n’arrête pas la sécurité par ligne"),
        ("DATABASE_OWNER_URL", "que n’arrête pas la sécurité par ligne"),
    ):
        address = production.variables["prepare"][variable]
        said = refused_start({**production.environment("web"), "DATABASE_URL": address})
        assert sentence in said


@pytest.mark.services
def test_a_dump_by_the_backup_role_restores_whole(production):
    """As docs/running.md says: dumped across all cooperatives, restored by the owner."""
    prepare = production.variables["prepare"]
    with psycopg.connect(prepare["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(
            "INSERT INTO django_session VALUES ('kept', 'x', '2030-01-01') ON CONFLICT DO NOTHING"
        )
    dump = production.folder / "cae.dump"
    run = {"check": True, "env": {"PATH": os.defpath}, "capture_output": True}
    subprocess.run(
        [
            *(production.binaries / "pg_dump", "--format=custom", "--enable-row-security"),
            *(f"--file={dump}", prepare["DATABASE_BACKUP_URL"]),
        ],
        **run,
    )
    elsewhere = {
        name: value.removesuffix("/cae") + "/restored"
        for name, value in prepare.items()
        if name.startswith("DATABASE_") and value.endswith("/cae")
    }
    production.variables["restore"] = {**prepare, **elsewhere}
    production.manage("prepare_database", service="restore")

    subprocess.run(
        [
            *(production.binaries / "pg_restore", "--no-owner", "--no-privileges"),
            *("--exit-on-error", f"--dbname={elsewhere['DATABASE_OWNER_URL']}", dump),
        ],
        **run,
    )

    with psycopg.connect(elsewhere["DATABASE_URL"]) as app:
        kept = app.execute("SELECT session_data FROM django_session").fetchall()
    assert kept == [("x",)]
    planned = production.manage("migrate", "--database", "owner", "--plan", service="restore")
    assert "No planned" in planned or "Aucune" in planned
