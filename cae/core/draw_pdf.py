"""The program that draws a PDF received from somebody: alone, bounded, and told nothing.

`python -I draw_pdf.py < file.pdf > pictures` : the number of pages, then each drawn page as a
JPEG behind its length, numbers on four bytes. It is started by `cae.core.drawings` for each file,
with no environment, so that what a hostile file does to it stays there.
"""

from __future__ import annotations

import io
import resource
import sys

MOST_PAGES = 10
LONGEST_SIDE = 1800
#: Pixels for a point: 144 dots an inch.
SCALE = 2
MEMORY = 700_000_000
SECONDS = 20
MOST_BYTES = 40_000_000


def main() -> None:
    import pypdfium2

    _bind()
    pdf = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    out = sys.stdout.buffer
    out.write(len(pdf).to_bytes(4))
    for rank in range(min(len(pdf), MOST_PAGES)):
        page = pdf[rank]
        scale = min(SCALE, LONGEST_SIDE / max(*page.get_size(), 1))
        picture = io.BytesIO()
        page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB").save(
            picture, "JPEG", quality=80
        )
        page.close()
        out.write(picture.tell().to_bytes(4))
        out.write(picture.getvalue())


def _bind() -> None:
    """Once the libraries are read: no more file, little memory, little time, little to say."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, MOST_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    main()
