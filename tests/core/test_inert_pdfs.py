"""A PDF that goes out to others only shows: what runs, hides or carries something is refused."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from cae.core.documents import content_of
from cae.core.enums import DocumentKind
from cae.core.inert_pdfs import MAX_BYTES, MAX_PAGES, keep_inert_pdf
from cae.core.models import StoredDocument
from cae.core.workflow import ActionRefused


def pdf(pages: int = 1, change: Callable[[pikepdf.Pdf], object] | None = None, **options) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as made:
        for _ in range(pages):
            made.add_blank_page()
        if change is not None:
            change(made)
        made.save(out, deterministic_id="encryption" not in options, **options)
    return out.getvalue()


def action(kind: str, **more) -> Dictionary:
    return Dictionary(S=Name(kind), **more)


def open_with(found: Dictionary) -> Callable[[pikepdf.Pdf], None]:
    def change(made: pikepdf.Pdf) -> None:
        made.Root.OpenAction = found

    return change


def annotate(made: pikepdf.Pdf, **said) -> None:
    one = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **said)
    made.pages[0].Annots = made.make_indirect(Array([one]))


def attach(made: pikepdf.Pdf) -> None:
    made.attachments["a.exe"] = b"MZ"


def active_pdf() -> bytes:
    return pdf(change=open_with(action("/JavaScript", JS=String("app.alert(1)"))))


def keep(content: bytes, name: str = "Mes CGV.pdf") -> StoredDocument:
    return keep_inert_pdf(content, kind=DocumentKind.TERMS, name=name)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"%PDF-1.7\n" + b"x" * MAX_BYTES, "file_too_large"),
        (b"MZ\x90\x00", "not_a_pdf"),
        (b"\xff\xd8\xff\xe0", "not_a_pdf"),
        (b"%PDF-1.7\nnot really", "broken_pdf"),
        (pdf(encryption=pikepdf.Encryption(owner="a", user="b")), "encrypted_pdf"),
        (pdf(encryption=pikepdf.Encryption(owner="a", user="")), "encrypted_pdf"),
        (pdf(MAX_PAGES + 1), "too_many_pages"),
        (pdf(0), "broken_pdf"),
        (active_pdf(), "active_pdf"),
        (pdf(change=open_with(action("/Launch", F=String("cmd.exe")))), "active_pdf"),
        (pdf(change=open_with(action("/SubmitForm", F=String("https://x")))), "active_pdf"),
        (pdf(change=attach), "active_pdf"),
        (pdf(change=lambda made: annotate(made, Subtype=Name.FileAttachment)), "active_pdf"),
        (pdf(change=lambda made: annotate(
            made, Subtype=Name.Link, A=action("/URI", Next=action("/JavaScript")))), "active_pdf"),
        (active_pdf().replace(b"/JavaScript", b"/JavaScrip#74"), "active_pdf"),
    ],
)  # fmt: skip
def test_what_does_more_than_show_is_refused(inside, content, code):
    with pytest.raises(ActionRefused) as refusal:
        keep(content)
    assert refusal.value.code == code
    assert not StoredDocument.objects.exists()


def test_what_only_shows_is_kept_to_the_byte(inside):
    link = Dictionary(S=Name.URI, URI=String("https://example.org/"))
    content = pdf(MAX_PAGES, lambda made: annotate(made, Subtype=Name.Link, A=link))
    kept = keep(content, "../Mes\n CGV.exe")
    assert (kept.name, kept.mime, content_of(kept)) == ("Mes CGV.pdf", "application/pdf", content)
