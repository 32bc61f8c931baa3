"""A PDF received from somebody, shown as pictures of our own making, page by page.

Drawn by a worker, in a program apart (`draw_pdf`), and each picture is made once more here: a
file that breaks the program shows nothing, and is still there to download.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cae.core import draw_pdf
from cae.core.documents import content_of, drawing_folder, remade_picture
from cae.core.models import Cooperative, StoredDocument
from cae.core.workflow import ActionRefused

#: Started and finished; the program stops itself before, by the time it computes.
_SECONDS = 40
_COUNT = "pages"


@dataclass(frozen=True, slots=True)
class Drawing:
    """How many pages a PDF has, and how many are drawn: none where it could not be."""

    pages: int
    drawn: int

    @property
    def is_broken(self) -> bool:
        return not self.drawn

    @property
    def ranks(self) -> range:
        return range(1, self.drawn + 1)


def drawing_of(document: StoredDocument, *, cooperative: Cooperative) -> Drawing | None:
    """Return what was drawn of a PDF, None where nobody has tried yet."""
    try:
        said = (drawing_folder(document, cooperative=cooperative) / _COUNT).read_text()
    except FileNotFoundError:
        return None
    return Drawing(*map(int, said.split()))


def picture_of(document: StoredDocument, rank: int, *, cooperative: Cooperative) -> bytes | None:
    """Return one page of a PDF as a JPEG, the first is 1; None where it is not drawn."""
    try:
        return (drawing_folder(document, cooperative=cooperative) / f"{rank}.jpg").read_bytes()
    except FileNotFoundError:
        return None


def draw(document: StoredDocument, *, cooperative: Cooperative) -> Drawing:
    """Draw a PDF, once; what cannot be drawn is remembered as such. Called by a worker."""
    known = drawing_of(document, cooperative=cooperative)
    if known is not None:
        return known
    pages, pictures = _drawn(content_of(document))
    folder = drawing_folder(document, cooperative=cooperative)
    partial = Path(tempfile.mkdtemp(dir=folder.parent))
    for rank, picture in enumerate(pictures, start=1):
        (partial / f"{rank}.jpg").write_bytes(picture)
    (partial / _COUNT).write_text(f"{pages} {len(pictures)}")
    try:
        partial.rename(folder)
    except OSError:  # another worker was faster, with the same pictures
        shutil.rmtree(partial)
    return Drawing(pages, len(pictures))


def _drawn(content: bytes) -> tuple[int, list[bytes]]:
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as out:
        source.write(content)
        source.seek(0)
        try:
            subprocess.run(  # noqa: S603 - a program of ours, no argument of anybody's
                [sys.executable, "-I", draw_pdf.__file__],
                stdin=source,
                stdout=out,
                stderr=subprocess.DEVNULL,
                env={},
                timeout=_SECONDS,
                check=True,
            )
            out.seek(0)
            pages = _number(out)
            return pages, [remade_picture(picture) for picture in _pictures(out, pages)]
        except (subprocess.SubprocessError, ActionRefused, EOFError):
            return 0, []


def _pictures(out: IO[bytes], pages: int) -> Iterator[bytes]:
    for _ in range(min(pages, draw_pdf.MOST_PAGES)):
        yield out.read(_number(out))


def _number(out: IO[bytes]) -> int:
    said = out.read(4)
    if len(said) < 4:
        raise EOFError
    return int.from_bytes(said)
