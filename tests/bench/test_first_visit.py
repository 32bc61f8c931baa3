"""What a browser that knows nothing downloads."""

from __future__ import annotations

import gzip
import html
import re
from pathlib import Path

import pytest
from django.conf import settings

from cae.core.tenancy import tenant
from tests.invoicing.makers import make_shop
from tests.makers import signed_in


@pytest.mark.django_db
def test_weight_of_the_first_visit(cooperative, table):
    with tenant(cooperative):
        shop = make_shop(cooperative)
    page = signed_in(shop.seller).get(f"/c/{cooperative.slug}/").content
    weights = {"HTML": len(gzip.compress(page)), "CSS": 0, "JS": 0, "fonts": 0, "icons": 0}
    kinds = {".css": "CSS", ".js": "JS", ".woff2": "fonts", ".svg": "icons"}
    root = Path(settings.STATIC_ROOT)
    found = re.findall(rf'"{settings.STATIC_URL}([^"#?]+)', html.unescape(page.decode()))
    left = [root / name for name in found]
    seen: set[Path] = set()
    while left:
        path = left.pop().resolve()
        if path in seen:
            continue
        seen.add(path)
        content = path.read_bytes()
        is_packed = path.suffix == ".woff2"
        weights[kinds[path.suffix]] += len(content if is_packed else gzip.compress(content))
        if path.suffix == ".js" and path.parent.name == "js":
            imported = re.findall(r'(?:from|import)\s*"(\.[^"]+)"', content.decode())
            left += [path.parent / name for name in imported]

    table(
        "First visit to the home of an entrepreneur, gzip",
        *((kind, f"{weight / 1000:.1f} kB") for kind, weight in weights.items()),
        ("together", f"{sum(weights.values()) / 1000:.1f} kB"),
    )
