"""`manage.py demo`: the whole product on this machine, with demonstration cooperatives."""

import argparse
import http.client
import os
import shutil
import signal
import subprocess
import sys
import time

from cae.bootstrap import DEMO, LOCKS, ROOT, Impossible, elapsed, say, step, stop_with
from cae.embedded import postgresql
from cae.embedded.broker import Broker
from cae.embedded.postgresql import PostgreSQL
from cae.embedded.state import State, digest, is_free
from cae.embedded.supervisor import AlreadyRunning, Service, Stopped, Supervisor

USUAL_PORT = 8000
#: Told in some seconds: the site is shown with it while the other's year is being told.
FIRST_COOPERATIVE = "fabrique-du-bocage"


def demo(arguments: list[str]) -> int:
    """Run the product until somebody stops it; return the exit status."""
    asked = _parser().parse_args(arguments)
    try:
        with Supervisor(DEMO) as supervisor:
            try:
                if asked.fresh:
                    _start_afresh()
                Demo(supervisor, port=asked.port, is_empty=asked.empty).run()
            except Stopped:
                say("\nArrêt…")
            except Impossible as reason:
                say()
                stop_with(reason)
            finally:
                stopping = time.monotonic()
        say(f"Tout est arrêté ({time.monotonic() - stopping:.1f} s).".replace(".", ",", 1))
    except AlreadyRunning:
        address = State(DEMO / "state.json").get("address")
        stop_with(f"La démonstration tourne déjà{f' : {address}' if address else ''}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="manage.py demo", description="Faire tourner le logiciel sur cette machine."
    )
    parser.add_argument("--port", type=int, help="le port du site (8000, ou le suivant libre)")
    parser.add_argument("--empty", action="store_true", help="sans coopératives de démonstration")
    parser.add_argument(
        "--fresh", action="store_true", help="effacer les données de démonstration d’abord"
    )
    return parser


def _start_afresh() -> None:
    """Erase data, files and secrets; keep logs and private libraries."""
    folders = [DEMO / name for name in ("broker", "files", "mail")]
    for folder in (postgresql.home() / "postgresql", *folders):
        shutil.rmtree(folder, ignore_errors=True)
    (DEMO / "state.json").unlink(missing_ok=True)


def migrations_digest() -> str:
    """Return a mark of every migration: ours, and those of the locked packages."""
    ours = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("cae/*/migrations/*.py")]
    return digest([*ours, LOCKS / "production.txt"])


class Demo:
    """The parts of the demonstration, in the order they start."""

    def __init__(self, supervisor: Supervisor, *, port: int | None, is_empty: bool) -> None:
        self.supervisor = supervisor
        self.is_empty = is_empty
        self.state = State(DEMO / "state.json")
        self.port = self._web_port(port)
        self.address = f"http://localhost:{self.port}/"

    def run(self) -> None:
        say("Alvéole, en démonstration")
        with step("PostgreSQL et Valkey"):
            servers = self._start_servers()
        given = {**self._own_settings(), **servers}
        # What the person's environment says wins.
        self.environment = {**given, **os.environ}
        self._prepare()
        web, worker = self._web(), self._worker()
        for service in (self._mail(), worker, web):
            self.supervisor.launch(service)
        is_to_seed = not self.is_empty and self._is_to_seed()
        if is_to_seed:
            with step("Une première coopérative"):
                self._seed("--only", FIRST_COOPERATIVE)
        with step("Site et tâches de fond"):
            for service in self.supervisor.services:
                self.supervisor.wait_for(service)
        self.state.keep("address", self.address)
        self.state.keep("running", given)  # the commands of other terminals find these servers
        say(f"\nPrêt en {elapsed()} : {self.address}\n")
        if is_to_seed:
            with step("Une année des Ateliers Réunis"):
                self.state.keep("accounts", self._seed())
            say()
        if self.state.get("accounts"):
            say(self.state.get("accounts"))
        say(f"Courriels : {DEMO / 'mail'} · journaux : {self.supervisor.logs}")
        say("Ctrl-C arrête tout ; rien n’est perdu.")
        try:
            self.supervisor.watch()
        finally:
            self.state.keep("running", None)

    # ── Environment ──────────────────────────────────────────────────────────────────

    def _web_port(self, asked: int | None) -> int:
        if asked is not None:
            if not is_free(asked):
                raise Impossible(
                    f"Le port {asked} est déjà pris. Choisissez-en un autre : "
                    f"python3 manage.py demo --port {asked + 1}"
                )
            return asked
        port = next((port for port in range(USUAL_PORT, USUAL_PORT + 50) if is_free(port)), None)
        if port is None:
            raise Impossible("Tous les ports de 8000 à 8049 sont pris : donnez-en un par --port.")
        if port != USUAL_PORT:
            say(f"Le port {USUAL_PORT} est déjà pris : le site est sur le {port}.")
        return port

    def _own_settings(self) -> dict[str, str]:
        """Return what the settings read; only these variables differ from production."""
        return {
            "SECRET_KEY": self.state.secret("django"),
            "CAE_FIELD_KEYS": f"1:{self.state.key('fields')}",
            "CAE_FILES": str(DEMO / "files"),
            "STATIC_ROOT": str(DEMO / "static"),
            "SITE_URL": self.address.rstrip("/"),
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.state.port("mail")),
            "CAE_DEMO": "1",
            "INSECURE_HTTP": "1",
            "DEBUG": "0",
        }

    # ── Servers ──────────────────────────────────────────────────────────────────────

    def _start_servers(self) -> dict[str, str]:
        """Start those whose address the environment does not give; return the others'."""
        self.is_own_database = "DATABASE_URL" not in os.environ
        if not self.is_own_database and "DATABASE_OWNER_URL" not in os.environ:
            raise Impossible(
                "DATABASE_URL est donnée : donnez aussi DATABASE_OWNER_URL, qui crée les tables."
            )
        addresses: dict[str, str] = {}
        services = []
        database = PostgreSQL(self.state) if self.is_own_database else None
        if database:
            services.append(database.service())
            addresses |= database.environment()
            # The superuser is for preparing: no process of ours knows it.
            del addresses["DATABASE_ADMIN_URL"]
        if "REDIS_URL" not in os.environ:
            broker = Broker(self.state, DEMO)
            services.append(broker.service())
            addresses |= broker.environment()
        for service in services:
            self.supervisor.launch(service)
        for service in services:
            self.supervisor.wait_for(service)
        if database:
            database.prepare()
        return addresses

    def _prepare(self) -> None:
        """Migrate and collect static files, when something changed since the last time."""
        work = {
            "Tables": ("migrate", "--database", "owner", "--no-input"),
            "Fichiers statiques": ("collectstatic", "--no-input"),
        }
        digests = {
            "Tables": migrations_digest(),
            "Fichiers statiques": digest([*(ROOT / "static").rglob("*"), LOCKS / "production.txt"]),
        }
        if not self.is_own_database:
            self.state.keep("done:Tables", None)
        if not (DEMO / "static").exists():
            self.state.keep("done:Fichiers statiques", None)
        names = [name for name in work if self.state.get(f"done:{name}") != digests[name]]
        if not names:
            return
        with step(" et ".join(names).replace("et F", "et f")):
            begun = {name: self._begin_django(*work[name]) for name in names}
            for name, process in begun.items():
                self.supervisor.wait_for_run(work[name][0], process)
                self.state.keep(f"done:{name}", digests[name])

    def _is_to_seed(self) -> bool:
        """Say whether the demonstration cooperatives are still to be made."""
        if self.is_own_database:
            return self.state.get("accounts") is None
        if self._has_cooperatives():
            say("  La base donnée a ses coopératives : aucune n’y est ajoutée.")
            return False
        return True

    def _seed(self, *options: str) -> str:
        """Make the demonstration cooperatives that are not there; return their accounts."""
        return self.supervisor.wait_for_run("seed_demo", self._begin_django("seed_demo", *options))

    def _has_cooperatives(self) -> bool:
        import psycopg

        with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as database:
            found = database.execute("SELECT EXISTS (SELECT FROM core_cooperative)").fetchone()
        return bool(found and found[0])

    def _begin_django(self, *command: str) -> subprocess.Popen[bytes]:
        return self.supervisor.begin(
            command[0], [sys.executable, ROOT / "manage.py", *command], self.environment
        )

    # ── Processes of ours ────────────────────────────────────────────────────────────

    def _web(self) -> Service:
        options = {
            "--bind": f"127.0.0.1:{self.port}",
            "--workers": "2",
            "--worker-class": "gthread",
            "--threads": "4",
            "--graceful-timeout": "5",
            "--access-logfile": "-",
            "--logger-class": "cae.logs.AccessLog",
        }
        return Service(
            name="web",
            command=[
                *(sys.executable, "-m", "gunicorn", "cae.wsgi", "--no-control-socket"),
                *(word for option in options.items() for word in option),
            ],
            environment=self.environment,
            is_ready=self._web_answers,
        )

    def _web_answers(self) -> bool:
        site = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            site.request("GET", "/")
            return site.getresponse().status > 0
        except (OSError, http.client.HTTPException):
            return False
        finally:
            site.close()

    def _worker(self) -> Service:
        is_ready = DEMO / "worker.ready"
        return Service(
            name="worker",
            command=[
                *(sys.executable, "-m", "celery", "--app", "cae", "worker", "--beat"),
                *("--schedule", DEMO / "beat.schedule", "--concurrency", "2"),
                *("--without-mingle", "--without-gossip", "--loglevel", "INFO"),
            ],
            environment={**self.environment, "CAE_READY_FILE": str(is_ready)},
            is_ready=is_ready.exists,
            before_start=lambda: is_ready.unlink(missing_ok=True),
        )

    def _mail(self) -> Service:
        port = int(self.environment["EMAIL_PORT"])
        return Service(
            name="mail",
            command=[sys.executable, "-m", "cae.embedded.mail", str(port), DEMO / "mail"],
            environment=self.environment,
            is_ready=lambda: not is_free(port),
            stop_signal=signal.SIGKILL,  # it holds nothing between two mails
        )
