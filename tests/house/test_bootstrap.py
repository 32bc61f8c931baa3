"""From a bare python to .venv: in a small project of its own, with an uv that only takes notes."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cae import bootstrap

ROOT = Path(__file__).resolve().parents[2]

# Notes each call, and makes what « uv pip sync » would be asked for.
UV = """#!/bin/sh
echo "$@" >> "{notes}"
sleep "${{UV_SLOW:-0}}"
test -z "$UV_FAILS" || {{ echo "no such package" >&2; exit 3; }}
"""
# Says which python runs it, instead of looking at servers.
DOCTOR = """
import os, sys
def doctor():
    print("prefix", sys.prefix)
    print("marker", os.environ["CAE_BOOTSTRAP"])
    return 0
"""


class Project:
    """A clone with empty locks, and the commands typed in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes = folder / "notes"
        for name in ("cae/embedded", "requirements", "tools"):
            (folder / name).mkdir(parents=True)
        for name in ("manage.py", "cae/bootstrap.py"):
            (folder / name).write_bytes((ROOT / name).read_bytes())
        (folder / "cae" / "__init__.py").touch()
        (folder / "cae" / "embedded" / "__init__.py").touch()
        (folder / "cae" / "embedded" / "doctor.py").write_text(DOCTOR)
        for group in (*bootstrap.ALL_GROUPS, bootstrap.INSTALLER):
            self.lock(group).write_text(f"# {group}\n")
        uv = folder / "tools" / "uv"
        uv.write_text(UV.format(notes=self.notes))
        uv.chmod(0o755)

    def lock(self, group: str) -> Path:
        return self.folder / "requirements" / f"{group}.txt"

    def begin(self, *command: str, **given: str) -> subprocess.Popen[str]:
        kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        path = os.pathsep.join((str(self.folder / "tools"), os.environ["PATH"]))
        return subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=self.folder,
            env={**kept, "PATH": path, **given},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def type(self, *command: str, **given: str) -> tuple[int, str, str]:
        """Run a command; return its status, what it printed, and its error output."""
        process = self.begin(*command, **given)
        printed, errors = process.communicate(timeout=60)
        return process.returncode, printed, errors

    def synced(self) -> list[list[str]]:
        """Return the groups of each `uv pip sync`, in order."""
        if not self.notes.exists():
            return []
        calls = [line.split() for line in self.notes.read_text().splitlines()]
        assert all("--require-hashes" in call for call in calls)
        return [[Path(word).stem for word in call if word.endswith(".txt")] for call in calls]


@pytest.fixture
def project(tmp_path) -> Project:
    return Project(tmp_path / "clone")


def test_the_command_runs_inside_the_environment_it_made(project):
    status, printed, errors = project.type("doctor")

    assert (status, errors) == (0, "")
    assert f"prefix {project.folder / '.venv'}" in printed
    assert project.synced() == [["embedded", "production", "test", "worker"]]


def test_what_is_ready_is_left_alone(project):
    project.type("doctor")
    project.type("doctor")

    assert len(project.synced()) == 1


def test_a_changed_lock_is_installed_again(project):
    project.type("doctor")
    project.lock("test").write_text("# another\n")
    project.type("doctor")

    assert len(project.synced()) == 2


def test_a_group_asked_for_stays_when_another_command_needs_less(project):
    project.type("doctor", "check")
    project.lock("production").write_text("# another\n")
    project.type("doctor")

    assert project.synced()[1] == ["check", "embedded", "production", "test", "worker"]


def test_an_environment_made_by_hand_loses_nothing(project):
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", project.folder / ".venv"], check=True
    )
    project.type("doctor")

    assert project.synced() == [sorted(bootstrap.ALL_GROUPS)]


def test_an_environment_whose_python_left_is_made_again(project):
    project.type("doctor")
    python = project.folder / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")

    status, printed, _ = project.type("doctor")

    assert status == 0
    assert f"prefix {project.folder / '.venv'}" in printed


def test_two_commands_at_once_install_once(project):
    both = [project.begin("doctor", UV_SLOW="1") for _ in range(2)]

    assert [process.wait(timeout=60) for process in both] == [0, 0]
    assert len(project.synced()) == 1
    for process in both:
        process.communicate()


def test_a_nested_command_prepares_nothing(project):
    marker = str(project.folder / ".venv")
    project.type("doctor")
    project.lock("production").write_text("# another\n")

    inside = [str(project.folder / ".venv" / "bin" / "python"), "manage.py", "doctor"]
    subprocess.run(inside, cwd=project.folder, env={"CAE_BOOTSTRAP": marker}, check=True)

    assert len(project.synced()) == 1


def test_the_production_image_is_not_touched(project):
    status, printed, _ = project.type("doctor", CAE_BOOTSTRAP="off")

    assert status == 0
    assert "marker off" in printed
    assert not (project.folder / ".venv").exists()


def test_an_installation_that_fails_is_said_in_one_line(project):
    status, _, errors = project.type("doctor", UV_FAILS="1")

    assert status == 1
    assert "Traceback" not in errors
    assert errors.splitlines()[-2:] == [
        "no such package",
        "L’environnement Python n’a pas pu être préparé (« uv pip sync », code 3). "
        "Vérifiez l’accès au dépôt de paquets, puis relancez.",
    ]


def test_a_failed_installation_is_tried_again(project):
    project.type("doctor", UV_FAILS="1")

    assert project.type("doctor")[0] == 0
    assert len(project.synced()) == 2


def test_a_python_too_old_is_told_what_to_do():
    """The two files are still read by it, up to that sentence."""
    source = (ROOT / "manage.py").read_text()
    ast.parse(source, feature_version=(3, 6))
    pretend = "import runpy, sys; sys.version_info = (3, 9, 2); runpy.run_path('manage.py')"

    run = subprocess.run(
        [sys.executable, "-c", pretend], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert run.returncode == 1
    assert run.stderr == (
        "Il faut Python 3.11 ou plus récent ; celui-ci est un Python 3.9. "
        "Installez-le, puis relancez avec « python3.11 manage.py … ».\n"
    )


def test_the_bootstrap_needs_the_standard_library_only():
    imported = set()
    for name in ("manage.py", "cae/bootstrap.py", "cae/__init__.py"):
        for node in ast.parse((ROOT / name).read_text()).body:
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").split(".")[0])

    assert imported - {"cae"} <= set(sys.stdlib_module_names)


# ── Native libraries ─────────────────────────────────────────────────────────────────


@pytest.fixture
def no_root(monkeypatch, tmp_path):
    """A machine without root and without apt, that lacks one library."""
    monkeypatch.setattr(bootstrap, "LIBRARIES", ("libc.so.6", "libabsente.so.7"))
    monkeypatch.setattr(bootstrap, "_install_or_unpack", lambda *packages: None)
    monkeypatch.setattr(bootstrap, "DEMO", tmp_path)
    monkeypatch.setattr(bootstrap, "PRIVATE_LIBRARIES", tmp_path / "lib")


def test_a_missing_library_says_what_to_type(no_root):
    with pytest.raises(bootstrap.Impossible) as refusal:
        bootstrap.provide_libraries()

    assert str(refusal.value) == (
        "Il manque libabsente.so.7, que demande la fabrication des PDF. Sous Debian ou Ubuntu : "
        "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    )


def test_a_library_unpacked_for_this_clone_is_found(no_root, tmp_path):
    folder = tmp_path / "lib" / "usr" / "lib" / "x86_64-linux-gnu"
    folder.mkdir(parents=True)
    (folder / "libabsente.so.7").touch()

    bootstrap.provide_libraries()

    assert bootstrap.missing_libraries() == []


# ── An error, in one line ────────────────────────────────────────────────────────────


def test_an_error_of_ours_keeps_its_traceback():
    assert bootstrap.plain_reason(ValueError("a mistake in the code")) is None


def test_a_refused_query_keeps_its_traceback():
    """The server answered: it is not out of reach."""
    import psycopg

    assert bootstrap.plain_reason(psycopg.errors.LockNotAvailable("locked")) is None


def test_a_password_is_never_repeated(monkeypatch):
    import redis

    monkeypatch.setenv("REDIS_URL", "redis://:secret@broker.example:6379/0")

    reason = bootstrap.plain_reason(redis.exceptions.ConnectionError("refused"))

    assert reason == (
        "Le courtier de messages ne répond pas à broker.example:6379. "
        "Démarrez Redis, ou corrigez REDIS_URL."
    )


def test_a_library_absent_at_work_is_named(monkeypatch):
    monkeypatch.setattr(bootstrap, "missing_libraries", lambda: ["libpango-1.0.so.0"])

    reason = bootstrap.plain_reason(OSError("cannot load library 'libpango-1.0-0': …"))

    assert reason is not None
    assert reason.startswith("Il manque libpango-1.0.so.0, que demande")


# ── Commands that need nothing ───────────────────────────────────────────────────────


@pytest.mark.parametrize("command", ["compute_totals", "compute_payslips"])
def test_the_computing_commands_need_no_server(command):
    bare = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}

    run = subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=ROOT,
        env={**bare, "CAE_BOOTSTRAP": "off", "DATABASE_URL": "postgres://a:b@127.0.0.1:1/c"},
        input='{"id": 1}\n',
        capture_output=True,
        text=True,
        check=False,
    )

    (line,) = run.stdout.splitlines()
    assert json.loads(line)["id"] == 1
    assert "Traceback" not in run.stderr
