"""Files of the cooperative: what they are is read in their bytes, never in their name."""

from __future__ import annotations

import io
from collections.abc import Collection
from hashlib import file_digest, sha256
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict, Unpack
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header

from cae.core.enums import DocumentKind
from cae.core.models import Cooperative, Membership, StoredDocument
from cae.core.tenancy import as_cooperative, current_tenant_id
from cae.core.workflow import ActionRefused

MAX_BYTES = 10 * 1024 * 1024
MAX_PAGES = 50
MAX_PIXELS = 60_000_000
LONGEST_SIDE = 2400
MAX_LOGO_BYTES = 2 * 1024 * 1024
MAX_LOGO_PIXELS = 20_000_000
#: Twice what a document prints of it, so that it stays sharp.
LOGO_SIZE = (480, 240)

if TYPE_CHECKING:
    from PIL import Image


class Named(TypedDict):
    """What a stored file is, how it is called, and whose it is."""

    kind: DocumentKind
    name: str
    mime: str
    activity_id: NotRequired[int | None]
    entrepreneur_id: NotRequired[int | None]
    by: NotRequired[Membership | None]


def keep(content: bytes, **named: Unpack[Named]) -> StoredDocument:
    """Write the bytes under their SHA-256, then the row that names them."""
    digest = sha256(content).hexdigest()
    path = _path(current_tenant_id(), digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_suffix(".partial")
        partial.write_bytes(content)
        partial.replace(path)
    return _row(digest, size=len(content), **named)


def keep_file(source: Path, **named: Unpack[Named]) -> StoredDocument:
    """Keep a file too large for the memory, which leaves where it was for the store."""
    with source.open("rb") as content:
        digest = file_digest(content, "sha256").hexdigest()
    size = source.stat().st_size
    path = _path(current_tenant_id(), digest)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".partial")
    copyfile(source, partial)
    partial.replace(path)
    source.unlink()
    return _row(digest, size=size, **named)


def _row(digest: str, *, size: int, **named: Unpack[Named]) -> StoredDocument:
    by = named.pop("by", None)
    named["name"] = named["name"][:160]
    with as_cooperative():
        return StoredDocument.objects.create(size=size, sha256=digest, uploaded_by=by, **named)


def forget_file(document: StoredDocument, *, gone: Collection[int] = ()) -> None:
    """Delete the bytes of a file that nothing else names; its row says that it was.

    :param gone: rows of the same bytes that are forgotten already.
    """
    others = StoredDocument.objects.filter(sha256=document.sha256)
    others = others.exclude(pk__in=[document.pk, *gone])
    if not others.exists():
        _path(document.tenant_id, document.sha256).unlink(missing_ok=True)


def path_of(document: StoredDocument) -> Path:
    """Return where the bytes of a file are, to copy them without reading them whole."""
    return _path(document.tenant_id, document.sha256)


def streamed(document: StoredDocument) -> FileResponse:
    """Answer with a large file as an attachment, read as it is sent."""
    response = FileResponse(
        _path(document.tenant_id, document.sha256).open("rb"),
        as_attachment=True,
        filename=document.name,
        content_type=document.mime,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=0, no-store"
    return response


def keep_upload(
    content: bytes,
    *,
    kind: DocumentKind,
    name: str,
    activity_id: int | None = None,
    entrepreneur_id: int | None = None,
    by: Membership | None = None,
) -> StoredDocument:
    """Check a file received from a person, reduce a photo, and keep it.

    :raises ActionRefused: too large, empty, not a PDF or a picture, or hiding something.
    """
    clean, mime, suffix = _examined(content)
    return keep(
        clean,
        kind=kind,
        name=Path(name).stem[:140] + suffix,
        mime=mime,
        activity_id=activity_id,
        entrepreneur_id=entrepreneur_id,
        by=by,
    )


def received(upload: UploadedFile) -> bytes:
    """Return the bytes of a file somebody sends; one too large is not even read.

    :raises ActionRefused: `file_too_large`.
    """
    if (upload.size or 0) > MAX_BYTES:
        raise _too_large()
    return upload.read()


def content_of(document: StoredDocument) -> bytes:
    """Return the bytes, checked against their fingerprint."""
    content = _path(document.tenant_id, document.sha256).read_bytes()
    assert sha256(content).hexdigest() == document.sha256, "a stored file was altered"
    return content


def attachment(document: StoredDocument, *, inline: bool = False) -> FileResponse:
    """Answer with the file, as an attachment; `inline` shows a photo, which we made again.

    A PDF somebody sent is theirs to the byte: it is never opened in our pages.
    """
    is_ours = document.mime == "image/jpeg"
    response = FileResponse(
        io.BytesIO(content_of(document)),
        as_attachment=not (inline and is_ours),
        filename=document.name,
        content_type=document.mime,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=0, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def kept_pdf(digest: str, *, name: str) -> HttpResponse:
    """Answer with a PDF that a document names by its fingerprint, as an attachment."""
    response = HttpResponse(content_named(digest), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=0, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def drawing_folder(document: StoredDocument, *, cooperative: Cooperative) -> Path:
    """Return where the pictures drawn from a file are kept, beside its bytes.

    They can be drawn again: they are no documents of the cooperative.
    """
    assert document.tenant_id == cooperative.pk
    return _place(cooperative.uuid, document.sha256).with_suffix(".drawn")


def _path(tenant_id: Any, digest: str) -> Path:
    return _place(Cooperative.objects.values_list("uuid", flat=True).get(pk=tenant_id), digest)


def _place(folder: UUID, digest: str) -> Path:
    return Path(settings.CAE_FILES) / str(folder) / digest[:2] / digest


def _examined(content: bytes) -> tuple[bytes, str, str]:
    if not content:
        raise ActionRefused("Ce fichier est vide. Choisissez-en un autre.", code="empty_file")
    if len(content) > MAX_BYTES:
        raise _too_large()
    if content.startswith(b"%PDF-"):
        return _examined_pdf(content), "application/pdf", ".pdf"
    return remade_picture(content), "image/jpeg", ".jpg"


def _too_large() -> ActionRefused:
    return ActionRefused(
        "Ce fichier dépasse 10 Mo. Reprenez la photo en plus petit ou réduisez le PDF.",
        code="file_too_large",
    )


def _examined_pdf(content: bytes) -> bytes:
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            pages = len(pdf.pages)
    except pikepdf.PasswordError as error:
        raise ActionRefused(
            "Ce PDF est protégé par un mot de passe. Enregistrez-le sans protection.",
            code="encrypted_pdf",
        ) from error
    except pikepdf.PdfError as error:
        raise ActionRefused(
            "Ce PDF est illisible. Ouvrez-le pour vérifier, puis déposez-le à nouveau.",
            code="broken_pdf",
        ) from error
    if pages > MAX_PAGES:
        raise ActionRefused(
            f"Ce PDF compte {pages} pages, plus que les {MAX_PAGES} acceptées. "
            "Gardez les pages utiles.",
            code="too_many_pages",
        )
    return content


def remade_picture(content: bytes) -> bytes:
    """Return the picture as a JPEG of our own making: upright, no metadata, no trailing payload.

    :raises ActionRefused: `unknown_file_type`, `picture_too_large`.
    """
    upright = _opened(
        content,
        otherwise="Ce fichier n’est ni un PDF ni une photo (JPG, PNG, HEIC). Photographiez le "
        "ticket ou déposez un PDF.",
    ).convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return _jpeg(upright, quality=82)


def keep_logo(content: bytes, *, name: str, activity_id: int, by: Membership) -> StoredDocument:
    """Keep the logo of an activity as a small JPEG of our own making, on white.

    :raises ActionRefused: `empty_file`, `file_too_large`, `unknown_file_type`,
        `picture_too_large`.
    """
    if not content:
        raise ActionRefused("Ce fichier est vide. Choisissez-en un autre.", code="empty_file")
    if len(content) > MAX_LOGO_BYTES:
        raise ActionRefused(
            "Ce logo dépasse 2 Mo. Enregistrez-le plus petit\u00a0: 600 pixels de large suffisent.",
            code="file_too_large",
        )
    return keep(
        remade_logo(content),
        kind=DocumentKind.LOGO,
        name=Path(name).stem[:140] + ".jpg",
        mime="image/jpeg",
        activity_id=activity_id,
        by=by,
    )


def remade_logo(content: bytes) -> bytes:
    """Return a logo as documents print it: what was transparent is white.

    :raises ActionRefused: `unknown_file_type`, `picture_too_large`.
    """
    from PIL import Image

    drawn = _opened(
        content,
        most=MAX_LOGO_PIXELS,
        otherwise="Ce fichier n’est pas une image que nous savons imprimer. Enregistrez le logo "
        "en PNG ou en JPG.",
    ).convert("RGBA")
    drawn.thumbnail(LOGO_SIZE)
    sheet = Image.new("RGB", drawn.size, "white")
    sheet.paste(drawn, mask=drawn.getchannel("A"))
    return _jpeg(sheet, quality=90)


def content_named(digest: str) -> bytes:
    """Return the bytes of this fingerprint, kept by the current cooperative."""
    content = _path(current_tenant_id(), digest).read_bytes()
    assert sha256(content).hexdigest() == digest, "a stored file was altered"
    return content


def _opened(content: bytes, *, otherwise: str, most: int = MAX_PIXELS) -> Image.Image:
    import pillow_heif
    from PIL import Image, ImageOps, UnidentifiedImageError

    pillow_heif.register_heif_opener()
    huge = ActionRefused(
        "Cette image est démesurée. Reprenez la photo avec la taille habituelle.",
        code="picture_too_large",
    )
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP", "HEIF")) as picture:
            if picture.width * picture.height > most:
                raise huge
            upright = ImageOps.exif_transpose(picture)
            upright.load()
            return upright
    except Image.DecompressionBombError as error:
        raise huge from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise ActionRefused(otherwise, code="unknown_file_type") from error


def _jpeg(picture: Image.Image, *, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
