"""Readable documents: a template becomes a tagged PDF/A-3, the same to the byte each time.

Called in workers only: laying out a page costs the processor, and what people typed is laid out
with no network, no file, bounded memory and time (docs/pdf.md).
"""

from __future__ import annotations

import gc
import re
import resource
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from weasyprint import CSS, Attachment
    from weasyprint.document import Document
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

#: A page of a sane document takes 150 MB; a bomb asks for all there is.
MEMORY_LIMIT = 1_500_000_000
#: What XML cannot hold: in the title of a PDF it would break its metadata.
_UNWRITABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")
_FOLDER = settings.BASE_DIR / "templates" / "documents"
_FACES = settings.BASE_DIR / "static" / "fonts" / "pdf"
#: The family that draws the letters that the others lack.
_LENDER = "noto-sans"


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """A file inside the PDF, such as the machine's face of an invoice."""

    name: str
    content: bytes
    description: str
    #: Written in the PDF: without it the same document would have other bytes tomorrow.
    made_on: date
    relationship: str = "Alternative"


def writable(text: str) -> str:
    """Return the text without what neither XML nor the metadata of a PDF can hold."""
    return _UNWRITABLE.sub("", text)


class _Drawn(dict[int, str | None]):
    """For `str.translate`: what our faces cannot draw, an archivable PDF may not show at all.

    A sign or an emoji goes; a letter becomes the one it is made of, else a question mark, as those
    of Chinese or Arabic. The machine's face of the document keeps them all.
    """

    def __init__(self, drawn: frozenset[int]) -> None:
        self._drawn = drawn

    def __missing__(self, code: int) -> str | None:
        self[code] = found = self._instead(chr(code))
        return found

    def _instead(self, sign: str) -> str | None:
        if ord(sign) in self._drawn or sign in "\t\n\r":
            return sign
        base = [part for part in unicodedata.normalize("NFKD", sign) if ord(part) in self._drawn]
        if base:
            return "".join(base)
        kind = unicodedata.category(sign)
        if kind.startswith("Z"):
            return " "
        return None if kind[0] in "MC" or kind in ("So", "Sk") else "?"


@cache
def _drawn() -> _Drawn:
    """Read what our faces can draw, each weight of them, once a process.

    What one family lacks another lends: Greek and Cyrillic are those of Noto Sans.
    """
    from fontTools.ttLib import TTFont

    families: dict[bool, list[frozenset[int]]] = {True: [], False: []}
    for face in _FACES.glob("*.ttf"):
        letters = frozenset(TTFont(face, lazy=True).getBestCmap())
        families[face.name.startswith(_LENDER)].append(letters)
    lent, own = families[True], families[False]
    return _Drawn(frozenset.intersection(*own) | frozenset.intersection(*lent))


def render(
    template: str,
    context: dict[str, Any],
    *,
    identifier: str,
    stylesheet: str = "document.css",
    files: Sequence[EmbeddedFile] = (),
    metadata: str = "",
) -> bytes:
    """Return the PDF of a template of `templates/documents/`.

    :param identifier: names this very document for ever; it is part of its bytes.
    :param stylesheet: of the same folder. The template writes neither style nor image address.
    :param metadata: `rdf:Description` elements that join those of the document.
    """
    from weasyprint import HTML

    tools = _tools()
    html = writable(render_to_string(f"documents/{template}", context)).translate(_drawn())
    options = {
        "pdf_variant": "pdf/a-3a",
        "pdf_tags": True,
        "pdf_identifier": sha256(identifier.encode()).digest()[:16],
    }
    document = HTML(string=html, url_fetcher=tools.fetcher).render(
        stylesheets=[_stylesheet(stylesheet)], font_config=tools.fonts, **options
    )
    _describe(document, metadata)
    return document.write_pdf(attachments=[_attached(file) for file in files], **options)


def _attached(file: EmbeddedFile) -> Attachment:
    from weasyprint import Attachment

    made_at = datetime.combine(file.made_on, time.min)
    return Attachment(
        string=file.content,
        name=file.name,
        description=file.description,
        relationship=file.relationship,
        created=made_at,
        modified=made_at,
    )


def _describe(document: Document, metadata: str) -> None:
    """Add to the metadata, inside the only `rdf:RDF` there is.

    The option `xmp_metadata` of WeasyPrint appends a second one, that readers of PDF/A refuse.
    """
    write = document.metadata.generate_rdf_metadata
    end = b"</rdf:RDF>"

    def with_ours(*args: Any) -> bytes:
        before, found, after = write(*args).rpartition(end)
        assert found, "the metadata of the PDF has another shape than the one known"
        return before + metadata.encode() + end + after

    document.metadata.generate_rdf_metadata = with_ours


@dataclass(frozen=True)
class _Tools:
    fonts: FontConfiguration
    fetcher: URLFetcher


@cache
def _tools() -> _Tools:
    """Prepare, once a process, what every document shares."""
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    _end_streams_clearly()
    return _Tools(FontConfiguration(), URLFetcher(allowed_protocols=["data"]))


def _end_streams_clearly() -> None:
    """End each stream of a PDF by CR LF, and not by LF alone.

    One stream in 256 ends with a CR of its own: followed by LF alone, both are read as the end of
    the line, its length looks wrong, and a PDF in twelve is refused (ISO 19005-3, 6.1.7.1).
    """
    from pydyf import Stream

    written, end = Stream.data.fget, b"\nendstream"
    assert written is not None
    Stream.data = property(lambda stream: written(stream).removesuffix(end) + b"\r" + end)


@cache
def _stylesheet(name: str) -> CSS:
    from weasyprint import CSS

    tools = _tools()
    return CSS(
        string=(_FOLDER / name).read_text(encoding="utf-8"),
        url_fetcher=tools.fetcher,
        font_config=tools.fonts,
    )


def warm_up() -> None:
    """Prepare a worker for documents: shared tools, bounded memory, nothing to collect twice."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, hard))
    _tools()
    _drawn()
    gc.collect()
    gc.freeze()
