"""Whatever is typed in an address, a page answers: found or not, never broken."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.test import Client

from cae.core.permissions import ROLES
from cae.core.tenancy import tenant
from entrepreneurs.models import Entrepreneur
from tests.entrepreneurs.makers import make_activity, make_person
from tests.house.test_doors import PLACES, address
from tests.house.test_house import sources
from tests.makers import make_membership, signed_in
from tests.onboarding.makers import open_one
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db

NASTY = ["\x00", "²", "9" * 30, "2026-13"]
#: A form refuses the others by itself; these reach further.
NASTY_IN_FORMS = ["\x00", "1e999999"]


def text_of(page) -> str:
    return page.content.decode() if page.get("Content-Type", "").startswith("text/html") else ""


def parameters() -> list[str]:
    """Every name a view reads in an address, read in the sources."""
    asked = re.compile(r"GET(?:\.get\(|\.getlist\(|\[)\s*\"(\w+)\"|\bGET,? \"(\w+)\"")
    found = {
        name
        for path in sources(".py")
        for match in asked.finditer(Path(path).read_text())
        for name in match.groups()
        if name
    }
    return sorted(found | {"du", "au", "analytique", "page", "tri", "q"})


@planted
def readers() -> dict[str, Client]:
    cooperative = open_one()
    cooperative.require_second_factor = False
    cooperative.save()
    found = {}
    for code in ROLES:
        membership = make_membership(cooperative, code)
        if code == "entrepreneur":
            with tenant(cooperative):
                person = make_person()
                make_activity(person)
                Entrepreneur.objects.filter(pk=person.pk).update(membership=membership)
        found[code] = signed_in(membership)
    return found


@pytest.mark.parametrize("nasty", NASTY, ids=repr)
def test_no_page_breaks_on_what_is_typed_after_the_question_mark(nasty, readers):
    query = urlencode(dict.fromkeys(parameters(), nasty))
    broken = []
    for path, view in PLACES:
        for code, role in ROLES.items():
            if not role.rights & view.required_rights:
                continue
            client = readers[code]
            client.raise_request_exception = False
            response = client.get(f"{address(path, 'ateliers-reunis')}?{query}")
            if response.status_code >= 500:
                broken.append(f"{code} {path}")
            break  # one reader is enough

    assert broken == []


@pytest.mark.parametrize("number", ["0", "9" * 30])
def test_no_page_breaks_on_a_number_no_record_has(number, readers):
    broken = []
    for path, view in PLACES:
        if "<int:" not in path:
            continue
        code = next(code for code, role in ROLES.items() if role.rights & view.required_rights)
        client = readers[code]
        client.raise_request_exception = False
        wanted = re.sub(r"<int:\w+>", number, path)
        response = client.get(address(wanted, "ateliers-reunis"))
        if response.status_code >= 500:
            broken.append(f"{code} {path}")

    assert broken == []


def test_no_form_breaks_on_what_is_posted(readers):
    """Every field of every form at once, by whoever may open it."""
    broken = []
    for path, view in PLACES:
        code = next(code for code, role in ROLES.items() if role.rights & view.required_rights)
        client = readers[code]
        client.raise_request_exception = False
        page = client.get(address(path, "ateliers-reunis"))
        fields = set(re.findall(r' name="([\w-]+)"', text_of(page)))
        asked = (fields - {"csrfmiddlewaretoken"}) | {"nonce", "pk", "next"}
        for nasty in NASTY_IN_FORMS:
            response = client.post(address(path, "ateliers-reunis"), dict.fromkeys(asked, nasty))
            if response.status_code >= 500:
                broken.append(f"{code} {path}: {nasty!r}")

    assert broken == []
