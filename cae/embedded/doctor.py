"""`manage.py doctor`: what is here, what is missing, what to type."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from cae import bootstrap
from cae.bootstrap import DEMO, ROOT, VENV, Impossible, say
from cae.embedded import postgresql
from cae.embedded.broker import find_broker
from cae.embedded.demo import USUAL_PORT
from cae.embedded.state import is_free


@dataclass(frozen=True)
class Finding:
    """One line of the report; only what is `needed` makes the status bad."""

    name: str
    detail: str
    is_well: bool = True
    is_needed: bool = True


def doctor() -> int:
    """Print the report; return 1 when something needed is missing."""
    findings = list(_findings())
    for finding in findings:
        mark = "✓" if finding.is_well else "✗" if finding.is_needed else "–"
        say(f"  {mark} {finding.name:<18} {finding.detail}")
    is_ready = all(finding.is_well or not finding.is_needed for finding in findings)
    say()
    say("Prêt : python3 manage.py demo" if is_ready else "Il manque ce que marque ✗.")
    return 0 if is_ready else 1


def _findings() -> Iterator[Finding]:
    yield Finding("Python", f"{platform.python_version()} ({sys.executable})")
    uv = shutil.which("uv") or shutil.which("uv", path=VENV / "bin")
    yield Finding("uv", _first_line(uv, "--version") if uv else "absent", bool(uv))
    yield Finding("Bibliothèques", f"{VENV} ({', '.join(bootstrap.installed_groups())})")
    missing = bootstrap.missing_libraries()
    private = " (dans .demo/lib)" if bootstrap.PRIVATE_LIBRARIES.exists() else ""
    yield Finding(
        "PDF",
        f"absent : {', '.join(missing)}" if missing else f"les six bibliothèques{private}",
        not missing,
    )
    fonts = ROOT / "static" / "fonts" / "fonts.conf"
    yield Finding("Polices", str(fonts.relative_to(ROOT)), fonts.exists())
    yield _postgresql()
    yield _broker()
    browser = bootstrap.chromium()
    yield Finding(
        "Chromium",
        _first_line(browser, "--version")
        if browser
        else "absent, pour les essais seulement : sudo apt-get install chromium",
        bool(browser),
        is_needed=False,
    )
    yield Finding(
        "Port",
        f"{USUAL_PORT} libre" if is_free(USUAL_PORT) else f"{USUAL_PORT} pris, un autre servira",
        is_free(USUAL_PORT),
        is_needed=False,
    )
    home = postgresql.home()
    yield Finding("Données", f"{DEMO} et {home}" if home != DEMO else str(DEMO))


def _postgresql() -> Finding:
    try:
        found = postgresql.find_binaries()
    except Impossible as reason:
        return Finding("PostgreSQL", str(reason), is_well=False)
    return Finding("PostgreSQL", f"{found.major} ({found.folder})")


def _broker() -> Finding:
    try:
        found = find_broker()
    except Impossible as reason:
        return Finding("Courtier", str(reason), is_well=False)
    return Finding("Courtier", f"{found.name} ({found.parent})")


def _first_line(program: str, *arguments: str) -> str:
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return (done.stdout.strip() or done.stderr.strip() or "muet").splitlines()[0]
