"""What `tests/plugins/every_page.py` takes for a page."""

from __future__ import annotations

from tests.plugins.every_page import NOT_A_PAGE, methods_of, pages, routes


def test_what_is_said_to_be_no_page_exists():
    assert set(NOT_A_PAGE) - {path for path, _ in routes()} == set()


def test_a_form_and_a_list_are_pages_a_file_and_a_button_are_not():
    found = pages()

    assert {"c/<slug:slug>/entrepreneurs/", "c/<slug:slug>/entrepreneurs/nouveau/"} <= found
    assert not {path for path in found if path.endswith((".csv", "/valider/"))}


def test_every_view_of_a_cooperative_says_its_methods():
    for path, view in routes():
        if path.startswith("c/"):
            assert methods_of(view), path
