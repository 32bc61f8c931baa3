"""A PDF received from somebody that goes out to others: kept to the byte, once it only shows.

A photo is made again, a PDF cannot be without losing what it says: it is read in a program apart
(`read_pdf`), and refused where it holds more than pages.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cae.core import documents, read_pdf
from cae.core.enums import DocumentKind
from cae.core.models import Membership, StoredDocument
from cae.core.workflow import ActionRefused

MAX_BYTES = 5 * 1024 * 1024
MAX_PAGES = 20

#: Started and finished; the program stops itself before, by the time it computes.
_SECONDS = 20
_REFUSALS = {
    read_pdf.ENCRYPTED: "Ce PDF est protégé. Enregistrez-le sans mot de passe ni restriction, puis "
    "déposez-le à nouveau.",
    read_pdf.BROKEN: "Ce PDF est illisible. Ouvrez-le pour vérifier, puis déposez-le à nouveau.",
    read_pdf.ACTIVE: "Ce PDF contient un programme, un fichier joint ou une action que nous ne "
    "faisons pas suivre à vos clients. Imprimez-le en PDF, puis déposez la copie.",
}


def keep_inert_pdf(
    content: bytes,
    *,
    kind: DocumentKind,
    name: str,
    activity_id: int | None = None,
    by: Membership | None = None,
) -> StoredDocument:
    """Check a PDF received from a person, and keep its bytes as they are.

    :raises ActionRefused: `empty_file`, `file_too_large`, `not_a_pdf`, `encrypted_pdf`,
        `broken_pdf`, `active_pdf`, `too_many_pages`.
    """
    _check(content)
    stem = " ".join(Path(name).stem.split())[:140] or "document"
    return documents.keep(
        content,
        kind=kind,
        name=f"{stem}.pdf",
        mime="application/pdf",
        activity_id=activity_id,
        by=by,
    )


def _check(content: bytes) -> None:
    if not content:
        raise ActionRefused("Ce fichier est vide. Choisissez-en un autre.", code="empty_file")
    if len(content) > MAX_BYTES:
        raise ActionRefused(
            "Ce PDF dépasse 5 Mo, trop pour partir par courriel. Réduisez ses images.",
            code="file_too_large",
        )
    if not content.startswith(b"%PDF-"):
        raise ActionRefused(
            "Ce fichier n’est pas un PDF. Enregistrez-le en PDF, puis déposez-le.",
            code="not_a_pdf",
        )
    said = _said_of(content)
    if not said.isdecimal() or said == "0":
        code = said if said in _REFUSALS else read_pdf.BROKEN
        raise ActionRefused(_REFUSALS[code], code=code)
    if int(said) > MAX_PAGES:
        raise ActionRefused(
            f"Ce PDF compte {said} pages, plus que les {MAX_PAGES} acceptées. Gardez les pages "
            "utiles.",
            code="too_many_pages",
        )


def _said_of(content: bytes) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - a program of ours, no argument of anybody's
            [sys.executable, "-I", read_pdf.__file__],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=_SECONDS,
            check=True,
        )
    except subprocess.SubprocessError:  # it broke the program, or kept it too long
        return read_pdf.BROKEN
    return done.stdout.decode("ascii", "replace")
