"""Bring the third-party files of static/ from their pinned npm packages.

The files are committed: this runs on the machine of whoever raises a version, never in production.
`static/vendor/manifest.json` holds what was taken: a package that changed under its version number
is refused, and a test compares every file with its checksum.
"""

import base64
import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from fontTools import subset
from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ICONS = (
    "a-large-small", "arrow-down", "arrow-left", "arrow-right", "arrow-up", "arrow-up-down",
    "badge-check", "banknote", "bell", "book-open", "briefcase", "building-2", "calculator",
    "calendar", "calendar-days", "camera", "car", "chart-column", "check", "check-check",
    "chevron-down", "chevron-left", "chevron-right", "chevron-up", "chevrons-up-down", "circle",
    "circle-alert", "circle-check", "circle-dot", "circle-plus", "circle-question-mark", "circle-x",
    "clock", "copy", "credit-card", "download", "ellipsis", "euro", "external-link", "eye",
    "file-check", "file-pen-line", "file-plus", "file-text", "file-x", "files",
    "fingerprint-pattern", "flag", "folder", "funnel", "grip-vertical", "hand-coins", "handshake",
    "history", "hourglass", "house", "image", "info", "key-round", "keyboard", "landmark",
    "layout-dashboard", "link", "list-checks", "loader-circle", "lock", "log-out", "mail",
    "map-pin", "menu", "message-square", "minus", "monitor", "moon", "paperclip", "pencil",
    "percent", "phone", "piggy-bank", "plus", "printer", "qr-code", "receipt-text", "refresh-cw",
    "rotate-cw", "scale", "search", "send", "settings", "shield-check", "smartphone", "sprout",
    "star", "sun", "tag", "trash-2", "trending-up", "triangle-alert", "undo-2", "upload", "user",
    "user-plus", "users", "utensils", "video", "vote", "wallet", "x", "zoom-in",
)  # fmt: skip

HANKEN = "@fontsource-variable/hanken-grotesk"
BRICOLAGE = "@fontsource-variable/bricolage-grotesque"
ATKINSON = "@fontsource-variable/atkinson-hyperlegible-next"
NOTO = "@fontsource-variable/noto-sans"

# Package, path inside it, path under the project.
COPIES = (
    ("htmx.org", "dist/htmx.min.js", "static/vendor/htmx.min.js"),
    ("htmx.org", "LICENSE", "static/vendor/htmx.LICENSE.txt"),
    ("lucide-static", "LICENSE", "static/vendor/lucide.LICENSE.txt"),
    ("axe-core", "axe.min.js", "tests/vendor/axe.min.js"),
    ("axe-core", "LICENSE", "tests/vendor/axe.LICENSE.txt"),
    (HANKEN, "LICENSE", "static/fonts/hanken-grotesk.LICENSE.txt"),
    (
        HANKEN,
        "files/hanken-grotesk-latin-wght-normal.woff2",
        "static/fonts/hanken-grotesk.woff2",
    ),
    (BRICOLAGE, "LICENSE", "static/fonts/bricolage-grotesque.LICENSE.txt"),
    (
        BRICOLAGE,
        "files/bricolage-grotesque-latin-wght-normal.woff2",
        "static/fonts/bricolage-grotesque.woff2",
    ),
    (ATKINSON, "LICENSE", "static/fonts/atkinson-hyperlegible-next.LICENSE.txt"),
    (
        ATKINSON,
        "files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
        "static/fonts/atkinson-hyperlegible-next.woff2",
    ),
    (NOTO, "LICENSE", "static/fonts/noto-sans.LICENSE.txt"),
)

# For PDFs: one static face per weight used, since WeasyPrint embeds whole faces faster than it
# instantiates a variable one. None of these families reserves its name (see their licences), so a
# subset may keep it.
FACES = (
    (HANKEN, "hanken-grotesk", "Hanken Grotesk", "Regular", 400),
    (HANKEN, "hanken-grotesk", "Hanken Grotesk", "SemiBold", 600),
    (BRICOLAGE, "bricolage-grotesque", "Bricolage Grotesque", "Bold", 700),
    # The letters that the others have not: a client of Athens or of Sofia is written as they are.
    (NOTO, "noto-sans", "Noto Sans", "Regular", 400),
    (NOTO, "noto-sans", "Noto Sans", "SemiBold", 600),
)
# Latin-1, Latin Extended-A, and the punctuation and signs of our documents.
PDF_CHARACTERS = (
    *range(0x20, 0x7F), *range(0xA0, 0x180), 0x218, 0x219, 0x21A, 0x21B, *range(0x2010, 0x2028),
    0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x20AC, 0x2116, 0x2122, 0x2190, 0x2191, 0x2192,
    0x2193, 0x2212, 0x2248, 0x2260, 0x2264, 0x2265,
)  # fmt: skip
# Greek and Cyrillic, of the face that lends them, with the signs that stand between their words.
LENT_CHARACTERS = (
    *PDF_CHARACTERS, *range(0x370, 0x400), *range(0x400, 0x460), 0x490, 0x491,
)  # fmt: skip
# A name pasted from elsewhere may hold them; no family has them, and a missing letter falls back.
STAND_INS = {0x202F: 0xA0, 0x2009: 0x20, 0x2011: 0x2D}


class Command(BaseCommand):
    help = "Rapporte les fichiers tiers de static/ depuis leurs paquets npm épinglés."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--accept",
            action="store_true",
            help="note l'empreinte de paquets dont la version vient de changer",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        manifest_path = root / "static/vendor/manifest.json"
        manifest = json.loads(manifest_path.read_text())
        packages = {
            name: self._fetch(name, pinned, accept=options["accept"])
            for name, pinned in manifest["packages"].items()
        }
        produced = {path: packages[name][inside] for name, inside, path in COPIES}
        produced["static/vendor/lucide.svg"] = sprite(packages["lucide-static"])
        for name, stem, family, style, weight in FACES:
            produced[f"static/fonts/pdf/{stem}-{style.lower()}.ttf"] = static_face(
                [
                    packages[name][f"files/{stem}-{part}-wght-normal.woff2"]
                    for part in (LENT_PARTS if name == NOTO else PARTS)
                ],
                family=family,
                style=style,
                weight=weight,
                characters=LENT_CHARACTERS if name == NOTO else PDF_CHARACTERS,
            )
        for path, content in produced.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        manifest["files"] = {
            path: hashlib.sha256(produced[path]).hexdigest() for path in sorted(produced)
        }
        manifest_path.write_text(json.dumps(manifest, indent=2) + "\n")
        self.stdout.write(f"{len(produced)} fichiers à jour.")

    def _fetch(self, name: str, pinned: dict[str, str], *, accept: bool) -> dict[str, bytes]:
        """Return the files of a package by path, its archive checked against its pin."""
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(  # noqa: S603 names and versions are ours
                ["npm", "pack", "--silent", f"{name}@{pinned['version']}"],  # noqa: S607
                cwd=folder,
                check=True,
                stdout=subprocess.DEVNULL,
            )
            archive = next(Path(folder).glob("*.tgz")).read_bytes()
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()
        if accept:
            pinned["integrity"] = integrity
        elif integrity != pinned["integrity"]:
            raise CommandError(
                f"{name} {pinned['version']} n'est plus le paquet épinglé : {integrity}. "
                "Si la version vient de changer, relancez avec --accept."
            )
        with tarfile.open(fileobj=BytesIO(archive)) as tar:
            return {
                member.name.partition("/")[2]: tar.extractfile(member).read()  # type: ignore[union-attr]
                for member in tar.getmembers()
                if member.isfile()
            }


PARTS = ("latin", "latin-ext")
LENT_PARTS = ("latin", "latin-ext", "greek", "cyrillic")


def sprite(lucide: dict[str, bytes]) -> bytes:
    """Return the icons we use as one SVG of symbols, drawn with the text's colour."""
    symbols = []
    for name in ICONS:
        drawing = lucide[f"icons/{name}.svg"].decode()
        body = drawing[drawing.index(">", drawing.index("<svg")) + 1 : drawing.rindex("</svg>")]
        body = re.sub(r"\s*\n\s*", "", body).replace(" />", "/>")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>')
    return (
        '<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide, ISC: lucide.LICENSE.txt -->\n'
        + "\n".join(symbols)
        + "\n</svg>\n"
    ).encode()


def static_face(
    parts: list[bytes], *, family: str, style: str, weight: int, characters: Sequence[int]
) -> bytes:
    """Return one weight of a variable family as a small TTF, the same bytes every time."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for index, part in enumerate(parts):
            font = TTFont(BytesIO(part), recalcTimestamp=False)
            instancer.instantiateVariableFont(font, {"wght": weight}, inplace=True)
            font.flavor = None
            paths.append(str(Path(folder, f"{index}.ttf")))
            font.save(paths[-1])
        merged = Merger().merge(paths)
    merged.recalcTimestamp = False
    options = subset.Options()
    options.layout_features = ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "tnum"]
    options.notdef_outline = True
    options.hinting = False
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(merged)
    for table in merged["cmap"].tables:
        for missing, stand_in in STAND_INS.items():
            if missing not in table.cmap and stand_in in table.cmap:
                table.cmap[missing] = table.cmap[stand_in]
    names = merged["name"]
    names.names = [record for record in names.names if record.nameID in (0, 13, 14)]
    plain = style in ("Regular", "Bold")
    for identifier, text in (
        (1, family if plain else f"{family} {style}"),
        (2, style if plain else "Regular"),
        (3, f"{family} {style} alveole"),
        (4, f"{family} {style}"),
        (6, f"{family} {style}".replace(" ", "")),
        (16, family),
        (17, style),
    ):
        names.setName(text, identifier, 3, 1, 0x409)
    merged["OS/2"].usWeightClass = weight
    merged["head"].created = merged["head"].modified = 0
    output = BytesIO()
    merged.save(output)
    return output.getvalue()
