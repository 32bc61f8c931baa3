"""Uploads are hostile until proven: what a file is, is read in its bytes."""

import io
import struct
import zlib

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from cae.core.documents import (
    MAX_BYTES,
    MAX_PAGES,
    attachment,
    content_of,
    keep_upload,
    received,
)
from cae.core.enums import DocumentKind
from cae.core.models import StoredDocument
from cae.core.workflow import ActionRefused


def picture(width=640, height=480, kind="JPEG", **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, kind, **options)
    return out.getvalue()


def pdf(pages=1, **options) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        document.save(out, **options)
    return out.getvalue()


def receive(content: bytes, name="ticket.jpg") -> StoredDocument:
    return keep_upload(content, kind=DocumentKind.VOUCHER, name=name, activity_id=1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"MZ\x90\x00" + b"\x00" * 200, "unknown_file_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
         "unknown_file_type"),
        (b"<html><script>alert(1)</script></html>", "unknown_file_type"),
        (b"%PDF-1.7\nnot really", "broken_pdf"),
        (b"\xff\xd8\xff\xe0 cut short", "unknown_file_type"),
        (b"GIF89a" + b"\x00" * 100, "unknown_file_type"),
        (b"x" * (10 * 1024 * 1024 + 1), "file_too_large"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_it_claims_is_refused(inside, content, code):
    with pytest.raises(ActionRefused) as refusal:
        receive(content)

    assert refusal.value.code == code
    assert not StoredDocument.objects.exists()


def test_a_file_too_large_is_not_even_read():
    """Two gigabytes wait on the disk: they must not come into memory to be refused."""
    sent = SimpleUploadedFile("ticket.jpg", b"")
    sent.size = MAX_BYTES + 1
    sent.file.close()  # reading it would fail

    with pytest.raises(ActionRefused) as refusal:
        received(sent)

    assert refusal.value.code == "file_too_large"


def test_a_protected_pdf_is_refused(inside):
    locked = pdf(encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(ActionRefused) as refusal:
        receive(locked, "a.pdf")
    assert refusal.value.code == "encrypted_pdf"


def test_too_many_pages_are_refused(inside):
    with pytest.raises(ActionRefused) as refusal:
        receive(pdf(MAX_PAGES + 1), "a.pdf")
    assert refusal.value.code == "too_many_pages"


def test_a_decompression_bomb_is_refused(inside):
    with pytest.raises(ActionRefused) as refusal:
        receive(picture(9_000, 9_000, "PNG"))
    assert refusal.value.code == "picture_too_large"


def test_a_picture_that_claims_to_be_immense_is_refused(inside):
    """Its header alone is enough for the library to refuse it, in an error of its own."""
    size = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = [b"IHDR" + size, b"IDAT", b"IEND"]
    claim = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks
    )

    with pytest.raises(ActionRefused) as refusal:
        receive(claim)

    assert refusal.value.code == "picture_too_large"


def test_a_photo_is_made_again_without_what_it_carried(inside):
    exif = Image.Exif()
    exif[0x010F] = "Secret maker"
    hidden = picture(4_000, 3_000, exif=exif) + b"<script>alert(1)</script>"

    document = receive(hidden, "../../photo.php")

    kept = content_of(document)
    assert (document.mime, document.name) == ("image/jpeg", "photo.jpg")
    assert b"Secret maker" not in kept
    assert b"script" not in kept
    assert max(Image.open(io.BytesIO(kept)).size) <= 2400


def test_a_document_is_served_as_an_attachment_that_cannot_run(inside):
    response = attachment(receive(pdf(), "facture.pdf"))

    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_only_a_photo_we_made_again_is_shown_in_a_page(inside):
    photo = attachment(receive(picture()), inline=True)
    sent = attachment(receive(pdf(), "facture.pdf"), inline=True)

    assert photo["Content-Disposition"].startswith("inline")
    assert sent["Content-Disposition"].startswith("attachment")


def test_altered_bytes_are_not_served(inside, settings):
    document = receive(picture())
    path = next(p for p in settings.CAE_FILES.rglob("*") if p.is_file())
    path.write_bytes(b"something else")

    with pytest.raises(AssertionError, match="altered"):
        content_of(document)
