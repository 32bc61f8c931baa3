"""Readable documents: a template becomes a tagged PDF/A-3, the same to the byte each time.

Called in workers only: laying out a page costs the processor, and what people typed is laid out
with no network, no file, bounded memory and time (docs/pdf.md).
"""

from __future__ import annotations

import gc
import re
import resource
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

#: A page of a sane document takes 150 MB; a bomb asks for all there is.
MEMORY_LIMIT = 1_500_000_000
#: What XML cannot hold: in the title of a PDF it would break its metadata.
_UNWRITABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")
_FOLDER = settings.BASE_DIR / "templates" / "documents"


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """A file inside the PDF, such as the machine's face of an invoice."""

    name: str
    content: bytes
    description: str
    relationship: str = "Alternative"


def render(
    template: str,
    context: dict[str, Any],
    *,
    identifier: str,
    stylesheet: str = "document.css",
    files: Sequence[EmbeddedFile] = (),
) -> bytes:
    """Return the PDF of a template of `templates/documents/`.

    :param identifier: names this very document for ever; it is part of its bytes.
    :param stylesheet: of the same folder. The template writes neither style nor image address.
    """
    from weasyprint import HTML, Attachment

    tools = _tools()
    html = _UNWRITABLE.sub("", render_to_string(f"documents/{template}", context))
    return HTML(string=html, url_fetcher=tools.fetcher).write_pdf(
        stylesheets=[_stylesheet(stylesheet)],
        font_config=tools.fonts,
        pdf_variant="pdf/a-3a",
        pdf_tags=True,
        pdf_identifier=sha256(identifier.encode()).digest()[:16],
        attachments=[
            Attachment(
                string=file.content,
                name=file.name,
                description=file.description,
                relationship=file.relationship,
            )
            for file in files
        ],
    )


@dataclass(frozen=True)
class _Tools:
    fonts: FontConfiguration
    fetcher: URLFetcher


@cache
def _tools() -> _Tools:
    """Prepare, once a process, what every document shares."""
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    return _Tools(FontConfiguration(), URLFetcher(allowed_protocols=["data"]))


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
    gc.collect()
    gc.freeze()
