"""What the suite does with tests that cannot run here."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from cae.core import clock
from tests.plugins import day

ROOT = Path(__file__).resolve().parents[2]

SUITE = """
import pytest
pytest_plugins = ["tests.plugins.no_skip_in_ci", "tests.plugins.what_is_here"]
"""
TESTS = """
import pytest

def test_passes():
    pass

def test_skips_itself():
    pytest.skip("not today")

@pytest.mark.xfail(reason="known")
def test_fails_as_expected():
    assert False

@pytest.mark.browser
def test_in_a_browser():
    pass

@pytest.mark.services
def test_on_the_system_s_servers():
    pass
"""
SETTINGS = "[pytest]\nmarkers =\n  browser: x\n  services: x\n"


def counts(run: subprocess.CompletedProcess[str]) -> dict[str, int]:
    last = run.stdout.splitlines()[-1]
    return {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", last)}


@pytest.fixture
def run_suite(tmp_path):
    (tmp_path / "conftest.py").write_text(SUITE)
    (tmp_path / "test_some.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text(SETTINGS)

    def run(**environment: str) -> subprocess.CompletedProcess[str]:
        inherited = {k: v for k, v in os.environ.items() if k not in {"CI", "CAE_CHROMIUM"}}
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-rs",
                "-p",
                "no:django",
                "-p",
                "no:cacheprovider",
            ],
            cwd=tmp_path,
            env={**inherited, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_skip_is_reported_on_a_laptop(run_suite, tmp_path):
    run = run_suite(CAE_CHROMIUM=str(tmp_path / "absent"), PATH=os.defpath)

    assert run.returncode == 0, run.stdout
    assert "sans Chromium : sudo apt-get install chromium" in run.stdout
    assert "not today" in run.stdout


def test_a_skip_is_a_failure_in_ci(run_suite, tmp_path):
    run = run_suite(CAE_CHROMIUM=str(tmp_path / "absent"), CI="true")

    assert run.returncode == 1
    assert "With CI=true a skipped test is a failure" in run.stdout
    counted = counts(run)
    assert "skipped" not in counted
    # The browser test is stopped before it starts: pytest calls that an error.
    assert (counted["failed"], counted["error"], counted["xfailed"]) == (1, 1, 1)


def test_a_test_of_the_system_s_servers_is_left_out_without_them(run_suite, tmp_path):
    run = run_suite(PATH=str(tmp_path), CI="true", CAE_CHROMIUM=sys.executable)

    assert "1 deselected" in run.stdout
    assert "1 failed" in run.stdout  # the one that skips itself


def test_the_tests_live_on_their_own_day():
    assert clock.today() == day.START.date()
    assert clock.now() - day.START < timedelta(hours=14)


def test_whoever_the_tests_start_lives_on_the_same_day(tmp_path):
    """Started by `tests.plugins.day`, a module is run as itself, with its own arguments."""
    (tmp_path / "asked.py").write_text(
        "import sys\nfrom cae.core import clock\nprint(__name__, *sys.argv[1:], clock.today())\n"
    )

    told = subprocess.run(
        [sys.executable, "-m", "tests.plugins.day", "asked", "again"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout == f"__main__ again {day.START:%Y-%m-%d}\n"
