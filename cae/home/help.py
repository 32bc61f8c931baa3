"""« Une question ? »: what the page one is on is for, the words of the house, whom to ask."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cae.core.enums import Right
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.home.glossary import GLOSSARY, topic_of, words_of
from entrepreneurs import queries as people


@requires(*Right)
@require_safe
def questions(request: PlaceRequest, slug: str) -> HttpResponse:
    """Answer the drawer over a page, else the whole page of the help."""
    is_own = request.membership.role.own_only
    topic = topic_of(request.GET.get("page", ""), is_own=is_own)
    person = people.person_of(request.membership) if is_own else None
    return render(
        request,
        "home/_help.html" if request.htmx else "home/help.html",
        {
            "cooperative": request.cooperative,
            "topic": topic,
            "words": words_of(topic),
            "glossary": GLOSSARY,
            "is_own": is_own,
            "adviser": person.adviser if person else None,
            "administrators": [] if is_own else people.administrators(request.cooperative),
        },
    )
