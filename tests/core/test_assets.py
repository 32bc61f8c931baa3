"""The third-party files are those that were taken, and pages stay light."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from cae.management.commands.vendor_assets import ICONS

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = json.loads((ROOT / "static/vendor/manifest.json").read_text())


@pytest.mark.parametrize("path", MANIFEST["files"])
def test_vendored_files_are_the_ones_taken(path):
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == MANIFEST["files"][path]


def test_every_font_comes_with_its_licence():
    for font in (ROOT / "static/fonts").glob("*.woff2"):
        licence = font.with_suffix(".LICENSE.txt").read_text()
        assert "SIL Open Font License" in licence
        # A subset keeps the family's name: its authors must not have reserved it.
        assert "with Reserved Font Name" not in licence


def test_scripts_weigh_less_than_30_kb():
    scripts = [*(ROOT / "static/js").glob("*.js"), ROOT / "static/vendor/htmx.min.js"]

    assert sum(len(gzip.compress(path.read_bytes())) for path in scripts) < 30_000


def test_the_first_visit_weighs_less_than_200_kb():
    sent = [*(ROOT / "static/js").glob("*.js"), *(ROOT / "static/css").glob("*.css")]
    sent += [ROOT / "static/vendor/htmx.min.js", ROOT / "static/vendor/lucide.svg"]
    fonts = [
        ROOT / f"static/fonts/{name}.woff2" for name in ("hanken-grotesk", "bricolage-grotesque")
    ]
    weight = sum(len(gzip.compress(path.read_bytes())) for path in sent)
    weight += sum(path.stat().st_size for path in fonts)

    assert weight < 180_000  # leaves 20 kB to the page itself


def test_every_icon_a_template_names_is_in_the_sprite():
    named = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(
            r"""\{% icon "([\w-]+)"|\bicon(?:-end)?="([\w-]+)\"""", path.read_text()
        )
        for name in name
        if name
    }

    assert named <= set(ICONS)
