"""The stylesheet of a cooperative: served to those who were given its address, and only there."""

from __future__ import annotations

import re

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from cae.core import clock
from cae.core.models import Cooperative
from cae.core.tenancy import tenant
from cae.core.theme import theme_url
from invoicing import actions as sales
from tests.invoicing.makers import JUNE_3, make_shop
from tests.makers import make_membership, signed_in

pytestmark = pytest.mark.django_db

PLUM = "#6b2d5c"


@pytest.fixture
def coloured(cooperative) -> Cooperative:
    cooperative.accent = PLUM
    cooperative.require_second_factor = False
    cooperative.save()
    return cooperative


def link_of(page) -> str:
    found = re.search(r'<link rel="stylesheet" href="(/theme/[^"]+)"', page.content.decode())
    return found[1].replace("&amp;", "&") if found else ""


def test_its_pages_bring_it_and_browsers_keep_it(coloured):
    page = signed_in(make_membership(coloured, "adviser")).get("/c/ateliers/")

    answer = Client().get(link_of(page))

    assert link_of(page) == theme_url(coloured)
    assert answer["Content-Type"] == "text/css; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert f"--accent: light-dark({PLUM}, #" in answer.content.decode()
    policy = page["Content-Security-Policy"]
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


def test_another_colour_is_another_address(coloured):
    before = theme_url(coloured)
    coloured.accent = "#0b3a6a"

    assert theme_url(coloured) != before


def test_without_its_digest_nothing_tells_it_exists(coloured, other_cooperative):
    other_cooperative.accent = PLUM
    other_cooperative.save()
    digest_of_the_other = theme_url(other_cooperative).partition("?")[2]

    for address in (
        "/theme/ateliers.css",
        "/theme/ateliers.css?v=",
        "/theme/ateliers.css?v=é",
        f"/theme/ateliers.css?{digest_of_the_other}",
        "/theme/nulle-part.css?v=0123456789abcdef",
    ):
        assert Client().get(address).status_code == 404, address


def test_who_keeps_the_colour_of_the_house_has_no_stylesheet(cooperative):
    cooperative.require_second_factor = False
    cooperative.save()

    page = signed_in(make_membership(cooperative, "adviser")).get("/c/ateliers/")

    assert link_of(page) == ""


def test_the_public_quote_has_its_colour_and_the_sign_in_page_has_not(coloured):
    with tenant(coloured):
        shop = make_shop(coloured)
        quote = sales.send_quote(shop.quote(), on=JUNE_3, by=shop.seller, with_mail=False)
        token = sales.share_quote(quote, on=clock.today(), by=shop.seller)

    assert link_of(Client().get(f"/p/{token}/devis/")) == theme_url(coloured)
    assert link_of(Client().get("/compte/connexion/")) == ""


@pytest.mark.parametrize("value", ["red", "#0B6A54", "#0b6a5", "#0b6a5;", "}*{}"])
def test_the_database_keeps_nothing_but_a_colour(cooperative, value):
    with pytest.raises(IntegrityError), transaction.atomic():
        Cooperative.objects.filter(pk=cooperative.pk).update(accent=value)
