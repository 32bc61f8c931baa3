"""A PDF received from somebody is drawn apart; a hostile one shows nothing and breaks nothing."""

import io

import pikepdf
import pytest
from PIL import Image

from cae.core import draw_pdf
from cae.core.documents import content_of, keep, keep_upload
from cae.core.drawings import Drawing, draw, drawing_of, picture_of
from cae.core.enums import DocumentKind
from tests.core.test_documents import pdf


def kept(content: bytes):
    """A PDF as it came, as if it had got past the door."""
    return keep(
        content, kind=DocumentKind.VOUCHER, name="a.pdf", mime="application/pdf", activity_id=1
    )


def page_of(width: float, height: float, body: bytes = b"") -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(width, height))
        document.pages[0].Contents = document.make_stream(body)
        document.save(out)
    return out.getvalue()


def drawn(content: bytes, cooperative) -> Drawing:
    return draw(kept(content), cooperative=cooperative)


def test_each_page_becomes_a_picture_of_our_own(inside, cooperative):
    document = kept(pdf(3))
    assert drawing_of(document, cooperative=cooperative) is None

    drawing = draw(document, cooperative=cooperative)

    assert drawing == drawing_of(document, cooperative=cooperative) == Drawing(3, 3)
    for rank in drawing.ranks:
        picture = Image.open(io.BytesIO(picture_of(document, rank, cooperative=cooperative)))
        assert (picture.format, max(picture.size)) == ("JPEG", 1584)  # 792 points, twice
    assert picture_of(document, 4, cooperative=cooperative) is None


def test_drawing_again_changes_nothing(inside, cooperative):
    document = kept(pdf(1))

    assert draw(document, cooperative=cooperative) == draw(document, cooperative=cooperative)


def test_the_first_pages_only_are_drawn(inside, cooperative):
    assert drawn(pdf(12), cooperative) == Drawing(12, draw_pdf.MOST_PAGES)


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\nnot really",
        b"%PDF-1.7\n" + b"\x00\xff" * 5_000,
        pdf()[:200],
        pdf(encryption=pikepdf.Encryption(owner="a", user="b")),
    ],
)
def test_what_cannot_be_read_shows_nothing_and_is_still_there(inside, cooperative, content):
    document = kept(content)

    drawing = draw(document, cooperative=cooperative)

    assert drawing.is_broken
    assert drawing_of(document, cooperative=cooperative) == drawing
    assert content_of(document) == content


def test_a_page_as_large_as_a_field_is_drawn_small(inside, cooperative):
    document = kept(page_of(14_400, 14_400))

    draw(document, cooperative=cooperative)

    picture = Image.open(io.BytesIO(picture_of(document, 1, cooperative=cooperative)))
    assert max(picture.size) == draw_pdf.LONGEST_SIDE


def test_a_page_that_never_ends_is_stopped(inside, cooperative, monkeypatch):
    """A loop of forms that draw each other, eight times each: time stops it, nothing hangs."""
    from cae.core import drawings

    monkeypatch.setattr(drawings, "_SECONDS", 3)
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        form = None
        for _ in range(9):
            body = b"/F Do " * 12 if form is not None else b"0 0 9 9 re f " * 200
            content = document.make_stream(body)
            content.Type, content.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
            content.BBox = [0, 0, 600, 800]
            if form is not None:
                content.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))
            form = document.make_indirect(content)
        page = document.pages[0]
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))
        page.Contents = document.make_stream(b"/F Do " * 12)
        document.save(out)

    assert drawn(out.getvalue(), cooperative).is_broken


def test_a_picture_that_asks_for_all_the_memory_gets_none(inside, cooperative):
    """A page whose image claims to be 40 000 pixels wide: no more than the program may take."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        image = document.make_stream(bytes(1000))
        image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        image.Width = image.Height = 40_000
        image.ColorSpace, image.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
        page = document.pages[0]
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
        page.Contents = document.make_stream(b"600 0 0 800 0 0 cm /I Do")
        document.save(out)

    # Drawn without it or not at all: either way the program ends, and says so.
    assert drawn(out.getvalue(), cooperative) in (Drawing(1, 1), Drawing(0, 0))


def test_a_phone_held_upright_is_shown_upright(inside):
    """The sensor lies, the orientation says so: the kept photo stands, and says nothing."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    out = io.BytesIO()
    lying = Image.new("RGB", (800, 600), "white")
    lying.paste("black", (0, 0, 200, 600))  # the left of the sensor is the top of the ticket
    lying.save(out, "JPEG", exif=exif)

    document = keep_upload(
        out.getvalue(), kind=DocumentKind.VOUCHER, name="t.jpg", entrepreneur_id=1
    )

    upright = Image.open(io.BytesIO(content_of(document)))
    assert upright.size == (600, 800)
    assert upright.getpixel((300, 50)) < (40, 40, 40) < upright.getpixel((300, 700))
    assert 0x0112 not in upright.getexif()
