"""The harness itself: it sees what a page must not do."""

from __future__ import annotations

import pytest

from cae.core.models import Cooperative
from tests.makers import make_cooperative, make_membership

pytestmark = pytest.mark.browser


def test_the_page_of_components_is_clean(page, look):
    page.goto("/composants/")

    look(page, "composants")


def test_the_site_sees_what_the_test_wrote_and_who_is_signed_in(page, sign_in, watch):
    cooperative = make_cooperative("ateliers", require_second_factor=False)
    sign_in(page, make_membership(cooperative, "adviser"))
    watch.allow("status of 404")

    # Whoever is not signed in is sent to the form instead.
    assert page.goto("/c/inconnue/").status == 404
    assert page.url.endswith("/c/inconnue/")


def test_the_tables_are_empty_when_the_next_test_begins(transactional_db):
    assert not Cooperative.objects.exists()


def test_a_style_the_policy_forbids_is_seen(page, watch):
    page.goto("/composants/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    page.wait_for_timeout(100)

    assert any("Content Security Policy" in trouble for trouble in watch.troubles)
    watch.allow("Content Security Policy")


def test_a_request_that_leaves_the_machine_is_seen(page, watch):
    page.goto("/composants/")
    page.evaluate("location.href = 'https://ailleurs.example/'")
    page.wait_for_timeout(200)

    assert any("left the machine" in trouble for trouble in watch.troubles)
    watch.allow("left the machine", "ERR_NAME_NOT_RESOLVED")
