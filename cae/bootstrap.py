"""From a bare Python to an environment ready to work in.

Standard library only: this module runs before anything is installed. It makes .venv
from the locks of requirements/, checks the native libraries that PDF rendering loads,
and runs the command inside .venv.

A process started by a command finds `CAE_BOOTSTRAP` in its environment and does none
of it again. `CAE_BOOTSTRAP=off` says that the environment is ready and not to be
touched, as in the production image.
"""

import ctypes
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import util
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = ROOT / "requirements"
# Everything the two commands write: data, logs, secrets, private libraries.
DEMO = Path(os.environ.get("CAE_DEMO_FOLDER") or ROOT / ".demo").resolve()

# The locks each command needs; every other command is plain Django.
GROUPS = {
    "demo": ("production", "worker", "embedded"),
    "test": ("production", "worker", "embedded", "test"),
    "doctor": ("production", "worker", "embedded", "test"),
    # It makes PDFs, and judges them, as a worker does.
    "export_invoices": ("production", "worker"),
}
ALL_GROUPS = ("production", "worker", "embedded", "test", "check", "bench")
# uv itself, when the machine has none.
INSTALLER = "installer"

# What WeasyPrint loads. Without harfbuzz-subset it still works, silently 2.7 times slower.
LIBRARIES = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libharfbuzz.so.0",
    "libharfbuzz-subset.so.0",
    "libfontconfig.so.1",
)
# What judges an electronic invoice, of the group « worker ».
JUDGES = ("facturx", "saxonche", "page")
LIBRARY_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
PRIVATE_LIBRARIES = DEMO / "lib"

# When the person typed the command, kept through the change of python.
_BEGAN = time.monotonic()

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Impossible(Exception):
    """Something the person must do first; the message says what, in one line."""


# ── What the person reads ────────────────────────────────────────────────────────────


def say(line: str = "") -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def elapsed() -> str:
    """Return the seconds since the person typed the command, as they are written in French."""
    began = float(os.environ.get("CAE_BEGAN") or _BEGAN)
    return f"{time.monotonic() - began:.1f} s".replace(".", ",")


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print the name of a long step, then how long it took."""
    sys.stdout.write(f"  {name:<34}")
    sys.stdout.flush()
    start = time.monotonic()
    try:
        yield
    except BaseException:
        sys.stdout.write("\n")
        raise
    say(f"{time.monotonic() - start:6.1f} s".replace(".", ","))


def stop_with(reason: object) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.write(f"{reason}\n")
    raise SystemExit(1)


# ── The way in ───────────────────────────────────────────────────────────────────────


def enter_environment(argv: list[str]) -> None:
    """Come back only inside .venv, with what the command of `argv` needs; else re-exec."""
    if _is_inside():
        return
    command = argv[1] if len(argv) > 1 else ""
    groups = GROUPS.get(command, ("production",))
    if command == "doctor":
        groups = (*groups, *(name for name in argv[2:] if name in ALL_GROUPS))
    try:
        prepare(groups)
        if command in GROUPS:
            provide_libraries()
        if command == "test":
            provide_chromium()
    except Impossible as reason:
        stop_with(reason)
    except KeyboardInterrupt:
        stop_with("\nInterrompu.")
    os.execve(PYTHON, [str(PYTHON), *argv], _environment())  # noqa: S606


def run(argv: list[str]) -> None:
    """Run one command, inside the environment."""
    command = argv[1] if len(argv) > 1 else ""
    try:
        match command:
            case "demo":
                from cae.embedded.demo import demo

                sys.exit(demo(argv[2:]))
            case "test":
                from cae.embedded.testing import test

                sys.exit(test(argv[2:]))
            case "doctor":
                from cae.embedded.doctor import doctor

                sys.exit(doctor())
            case _:
                _run_django(argv)
    except Impossible as reason:
        stop_with(reason)


def _run_django(argv: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cae.settings")
    if "DATABASE_URL" not in os.environ:
        os.environ.update(_demo_environment())
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(argv)
    except Exception as error:
        reason = plain_reason(error)
        if reason is None or "--traceback" in argv:
            raise
        stop_with(reason)


def _demo_environment() -> dict[str, str]:
    """Return the settings of the demonstration that runs in another terminal, if any."""
    try:
        return dict(json.loads((DEMO / "state.json").read_text()).get("running") or {})
    except (OSError, ValueError):
        return {}


def _is_inside() -> bool:
    marker = os.environ.get("CAE_BOOTSTRAP")
    return marker == "off" or (marker == str(VENV) and Path(sys.prefix) == VENV)


def _environment() -> dict[str, str]:
    environment = dict(os.environ)
    environment["CAE_BOOTSTRAP"] = str(VENV)
    environment["CAE_BEGAN"] = str(_BEGAN)
    environment["VIRTUAL_ENV"] = str(VENV)
    environment["PATH"] = os.pathsep.join((str(VENV / "bin"), environment.get("PATH", os.defpath)))
    if environment.pop("PYTHONDONTWRITEBYTECODE", None):
        # Kept out of the tree, as asked; six processes that each compile are slow to start.
        environment["PYTHONPYCACHEPREFIX"] = str(VENV / "pycache")
    private = [str(folder) for folder in _private_folders()]
    if private:
        known = environment.get("LD_LIBRARY_PATH")
        environment["LD_LIBRARY_PATH"] = os.pathsep.join([*private, *([known] if known else [])])
    return environment


# ── The Python environment ───────────────────────────────────────────────────────────


def prepare(groups: Iterable[str]) -> None:
    """Make .venv hold at least the locks of `groups`; quick when it already does.

    Groups asked for earlier stay: `demo` after `test` must not uninstall the tests.
    """
    wanted = set(groups)
    if _stamp_holds(wanted):
        return
    with _alone():
        if _stamp_holds(wanted):  # another command did it while this one waited
            return
        with step("Bibliothèques Python"):
            wanted |= installed_groups()
            _make_venv()
            uv = _find_uv() or _install_uv()
            if uv.is_relative_to(VENV):
                wanted.add(INSTALLER)
            _sync(uv, wanted)
            _write_stamp(wanted)


def _stamp() -> Path:
    return VENV / "cae-locks.json"


def _read_stamp() -> dict[str, str] | None:
    try:
        return dict(json.loads(_stamp().read_text()))
    except (OSError, ValueError):
        return None


def _stamp_holds(groups: set[str]) -> bool:
    """Tell whether .venv was made from these very locks."""
    done = _read_stamp()
    return (
        done is not None
        and groups <= done.keys()
        and PYTHON.exists()
        and all(_digest(group) == digest for group, digest in done.items())
    )


def _write_stamp(groups: Iterable[str]) -> None:
    content = json.dumps({group: _digest(group) for group in sorted(groups)}, indent=1)
    _stamp().write_text(content + "\n")


def _digest(group: str) -> str:
    try:
        return hashlib.sha256((LOCKS / f"{group}.txt").read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def installed_groups() -> set[str]:
    done = _read_stamp()
    if done is not None:
        return {group for group in done if (LOCKS / f"{group}.txt").exists()}
    # Made by hand: it may hold anything, so nothing is taken away from it.
    return set(ALL_GROUPS) if PYTHON.exists() else set()


def _make_venv() -> None:
    if PYTHON.exists():
        return
    if VENV.exists():  # its Python has left this machine
        shutil.rmtree(VENV)
    # Debian keeps pip apart from python: a venv without it always works.
    _quietly([sys.executable, "-m", "venv", "--without-pip", str(VENV)])
    _write_stamp([])


def _find_uv() -> Path | None:
    found = shutil.which("uv") or shutil.which("uv", path=VENV / "bin")
    return Path(found) if found else None


def _install_uv() -> Path:
    """Install uv in .venv, by a pip run from its wheel, which stays out of it."""
    wheel = _pip_wheel()
    if wheel is None:
        _install_or_unpack("python3-pip-whl")
        wheel = _pip_wheel()
    if wheel is None:
        raise Impossible(
            "Il manque pip ou uv, pour installer le reste. Sous Debian ou Ubuntu : "
            "sudo apt-get install python3-venv"
        )
    lock = LOCKS / f"{INSTALLER}.txt"
    install = ["install", "--quiet", "--no-deps", "--require-hashes", "--requirement"]
    _quietly([PYTHON, wheel / "pip", *install, lock])
    return VENV / "bin" / "uv"


def _pip_wheel() -> Path | None:
    """Return the pip that ensurepip would install: Python's own, or Debian's."""
    ensurepip = util.find_spec("ensurepip")
    places = (
        [Path(place) for place in (ensurepip.submodule_search_locations or ())] if ensurepip else []
    )
    shared = Path("usr/share/python-wheels")
    folders = [*(place / "_bundled" for place in places), "/" / shared, PRIVATE_LIBRARIES / shared]
    return next((wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))), None)


def _sync(uv: Path, groups: Iterable[str]) -> None:
    locks = [LOCKS / f"{group}.txt" for group in sorted(groups)]
    _quietly([uv, "pip", "sync", "--quiet", "--python", PYTHON, "--require-hashes", *locks])


def _quietly(command: list[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        sys.stderr.write("\n" + "\n".join(said[-15:]) + "\n")
        tool = " ".join(Path(part).name for part in command[:3])
        raise Impossible(
            f"L’environnement Python n’a pas pu être préparé (« {tool} », code "
            f"{done.returncode}). Vérifiez l’accès au dépôt de paquets, puis relancez."
        )


@contextmanager
def _alone() -> Iterator[None]:
    """Two commands started at once must not install over each other."""
    DEMO.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (DEMO / "bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# ── Native libraries ─────────────────────────────────────────────────────────────────


def missing_libraries() -> list[str]:
    """Return the shared libraries PDF rendering would not find."""
    return [name for name in LIBRARIES if not _loads(name)]


def missing_judges() -> list[str]:
    """Return the modules that judge electronic invoices and are not installed."""
    return [name for name in JUDGES if util.find_spec(name) is None]


def provide_libraries() -> None:
    """Install what PDF rendering loads: by apt as root, else unpacked under .demo/lib."""
    if not missing_libraries():
        return
    with _alone(), step("Bibliothèques du système"):
        _install_or_unpack(*LIBRARY_PACKAGES)
    missing = missing_libraries()
    if missing:
        raise Impossible(_library_reason(missing))


def _loads(name: str) -> bool:
    if any((folder / name).exists() for folder in _private_folders()):
        return True
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _private_folders() -> list[Path]:
    return [
        folder
        for pattern in ("usr/lib/*-linux-gnu*", "lib/*-linux-gnu*")
        for folder in sorted(PRIVATE_LIBRARIES.glob(pattern))
    ]


def _unpack_privately(*packages: str) -> None:
    """Download the packages the system lacks and unpack them, without touching it."""
    archive = DEMO / "apt"
    for folder in ("lists/partial", "cache/archives/partial"):
        (archive / folder).mkdir(parents=True, exist_ok=True)
    apt = [
        "apt-get",
        "-qq",
        "-o", f"Dir::State::Lists={archive / 'lists'}",
        "-o", f"Dir::Cache={archive / 'cache'}",
        "-o", "Debug::NoLocking=true",
        "-o", "APT::Sandbox::User=",
        "-o", "Acquire::GzipIndexes=true",
    ]  # fmt: skip
    download = ["--download-only", "--no-install-recommends", "--yes", "install", *packages]
    _run_until_done([*apt, *download], refresh=[*apt, "update"])
    for package in (archive / "cache" / "archives").glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, PRIVATE_LIBRARIES], check=False)
    shutil.rmtree(archive / "cache")


def _install_or_unpack(*packages: str) -> None:
    """Add Debian packages: to the system as root, else under .demo/lib; nothing elsewhere."""
    if _can_apt():
        _apt_install(*packages)
    elif shutil.which("apt-get") and shutil.which("dpkg-deb"):
        _unpack_privately(*packages)


# ── What only root can add ───────────────────────────────────────────────────────────


def _can_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _apt_install(*packages: str) -> bool:
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300"]  # the machine may be updating itself
    install = [*apt, "install", "--yes", "--no-install-recommends", *packages]
    return _run_until_done(install, refresh=[*apt, "update"])


def _run_until_done(command: list[str], *, refresh: list[str]) -> bool:
    """Run an apt command; where its lists are absent or out of date, refresh them first."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for attempt in (command, refresh, command):
        done = subprocess.run(attempt, env=environment, capture_output=True, check=False)
        if done.returncode == 0 and attempt is command:
            return True
    return False


def chromium() -> str | None:
    """Return the browser that tests drive, None when this machine has none."""
    chosen = os.environ.get("CAE_CHROMIUM")
    found = [chosen] if chosen else [shutil.which(name) for name in CHROMIUM_NAMES]
    return next((path for path in found if path and Path(path).exists()), None)


def provide_chromium() -> None:
    """Install the browser of the tests when root may; without it they are skipped."""
    # Playwright's own node needs the other one.
    is_whole = chromium() is not None and _loads("libatomic.so.1")
    if not is_whole and _can_apt():
        with _alone(), step("Chromium, pour les essais"):
            _apt_install("chromium", "libatomic1")


# ── An error, in one line ────────────────────────────────────────────────────────────


def plain_reason(error: BaseException) -> str | None:
    """Return the sentence a person can act on, None when the traceback is wanted.

    :param error: what stopped a command; its causes are looked at too.
    """
    cause: BaseException | None = error
    while cause is not None:
        names = {f"{kind.__module__}.{kind.__name__}" for kind in type(cause).__mro__}
        # Without a state, the server itself was not reached.
        if "psycopg.OperationalError" in names and getattr(cause, "sqlstate", None) is None:
            return _database_reason(str(cause))
        if names & {"redis.exceptions.ConnectionError", "kombu.exceptions.OperationalError"}:
            return _broker_reason()
        if isinstance(cause, OSError) and "cannot load library" in str(cause):
            return _library_reason(missing_libraries())
        cause = cause.__cause__ or cause.__context__
    return None


def _database_reason(said: str) -> str:
    if "DATABASE_URL" not in os.environ:
        return (
            "Aucune base de données : lancez « python3 manage.py demo » dans un autre terminal, "
            "ou donnez DATABASE_URL (docs/running.md)."
        )
    place = re.search(r'server at "([^"]+)", port (\d+)', said)
    where = f"à {place[1]}:{place[2]}" if place else f"à {_host('DATABASE_URL')}"
    # After the place comes why; the lines below it are libpq's advice.
    why = re.sub(r".* failed: (?=\S)", "", said.strip().split("\n")[0])
    return (
        f"La base de données ne répond pas {where} ({why}). "
        "Démarrez PostgreSQL, ou corrigez DATABASE_URL."
    )


def _broker_reason() -> str:
    return (
        f"Le courtier de messages ne répond pas à {_host('REDIS_URL')}. "
        "Démarrez Redis, ou corrigez REDIS_URL."
    )


def _library_reason(missing: Iterable[str]) -> str:
    return (
        f"Il manque {', '.join(missing) or 'une bibliothèque'}, que demande la fabrication des "
        f"PDF. Sous Debian ou Ubuntu : sudo apt-get install {' '.join(LIBRARY_PACKAGES)}"
    )


def _host(variable: str) -> str:
    """Return host and port of an address of the environment, without its password."""
    parts = urlsplit(os.environ.get(variable, ""))
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
