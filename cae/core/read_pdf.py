"""The program that reads what a PDF received from somebody holds: alone, bounded, told nothing.

`python -I read_pdf.py < file.pdf` says the number of its pages, or why it is not taken, in one
word. It is started by `cae.core.inert_pdfs` for each file, with no environment, so that what a
hostile file does to it stays there.
"""

from __future__ import annotations

import io
import resource
import sys
from typing import Any

ENCRYPTED, BROKEN, ACTIVE = "encrypted_pdf", "broken_pdf", "active_pdf"

MEMORY = 700_000_000
SECONDS = 10
_MOST_OBJECTS = 200_000

#: Keys that only serve to run something, or to carry a file.
_ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMedia"})
#: Actions (`/S`) and annotations (`/Subtype`) that do more than lead to a page or to an address.
_ACTIVE_NAMES = frozenset(
    {
        "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition",
        "/Sound", "/Movie", "/RichMediaExecute", "/RichMedia", "/Screen", "/3D", "/FileAttachment",
    }
)  # fmt: skip


def main() -> None:
    import pikepdf

    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 4096),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    sys.stdout.write(_said_of(pikepdf, sys.stdin.buffer.read()))


def _said_of(pikepdf: Any, content: bytes) -> str:
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if pdf.is_encrypted:
                return ENCRYPTED
            if len(pdf.objects) > _MOST_OBJECTS:
                return BROKEN
            if any(_is_active(pikepdf, each) for each in pdf.objects):
                return ACTIVE
            return str(len(pdf.pages))
    except pikepdf.PasswordError:
        return ENCRYPTED
    except pikepdf.PdfError:
        return BROKEN


def _is_active(pikepdf: Any, each: Any) -> bool:
    """Look into an object and what is written inside it; what it refers to has its own turn."""
    waiting = [each]
    while waiting:
        here = waiting.pop()
        if isinstance(here, pikepdf.Array):
            inside = list(here)
        elif isinstance(here, pikepdf.Dictionary | pikepdf.Stream):
            values = dict(here.items()) if isinstance(here, pikepdf.Dictionary) else dict(
                here.stream_dict.items()
            )  # fmt: skip
            if not _ACTIVE_KEYS.isdisjoint(values):
                return True
            for key in ("/S", "/Subtype"):
                if isinstance(values.get(key), pikepdf.Name) and str(values[key]) in _ACTIVE_NAMES:
                    return True
            inside = list(values.values())
        else:
            continue
        waiting += [
            one for one in inside if isinstance(one, pikepdf.Object) and not one.is_indirect
        ]
    return False


if __name__ == "__main__":
    main()
