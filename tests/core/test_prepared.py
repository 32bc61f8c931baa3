"""Questions written once: the answers of the ORM, and nobody else's rows."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.db.models import Count, Exists, F, Max, OuterRef
from django.test.utils import CaptureQueriesContext

from cae.core.models import Cooperative, Membership
from cae.core.prepared import Among, Prepared, aggregated
from cae.core.tenancy import NoTenant, tenant
from entrepreneurs.models import Entrepreneur
from tests.entrepreneurs.makers import give_access, make_person

pytestmark = pytest.mark.django_db

written = 0


@Prepared
def people(*, names, but=None):
    global written
    written += 1
    rows = Entrepreneur.objects.filter(Among(F("last_name"), names)).order_by("id")
    return rows if but is None else rows.exclude(first_name=but)


def test_it_answers_what_the_orm_does(cooperative, inside):
    ana, bruno, _ = (
        make_person(*name) for name in (("Ana", "Le Gall"), ("Bruno", "Roy"), ("Chloé", "Petit"))
    )
    names = ["Le Gall", "Roy"]

    assert people(names=names) == list(
        Entrepreneur.objects.filter(last_name__in=names).order_by("id")
    )
    assert people(names=names) == [ana, bruno]
    assert people(names=names, but="Ana") == [bruno]
    assert people(names=[]) == []


def test_it_is_written_once_for_each_shape(cooperative, inside):
    people(names=["Roy"])
    people(names=["Roy"], but="Ana")
    before = written

    with CaptureQueriesContext(connection) as queries:
        people(names=["Petit", "Le Gall"])
        people(names=["Petit"], but="Chloé")

    assert written == before
    assert len(queries) == 2


def test_it_belongs_to_the_cooperative_that_asks(cooperatives):
    """Written in one, asked in the other: the tenant is a value like another."""
    everyone = Prepared(lambda: Entrepreneur.objects.order_by("id").values_list("pk"))
    mine, other = cooperatives
    with transaction.atomic(), tenant(mine):
        person = make_person("Ana", "Le Gall")
        assert everyone() == [(person.pk,)]
    with transaction.atomic(), tenant(other):
        assert everyone() == []


def test_it_is_refused_outside_any_cooperative(cooperatives):
    with pytest.raises(NoTenant):
        people(names=["Roy"])
    with transaction.atomic(), tenant(cooperatives[0]):
        people(names=["Roy"])
    with pytest.raises(NoTenant):
        people(names=["Roy"])


def test_instances_come_with_what_they_join_and_what_is_said_of_them(cooperative, inside):
    membership = give_access(make_person("Ana", "Le Gall"))
    places = Prepared(
        lambda pk: (
            Membership.objects.filter(pk=pk)
            .select_related("user", "cooperative")
            .annotate(has_record=Exists(Entrepreneur.objects.filter(membership=OuterRef("pk"))))
        )
    )

    (place,) = places(pk=membership.pk)

    with CaptureQueriesContext(connection) as queries:
        assert place == membership
        assert place.user.email == membership.user.email
        assert place.cooperative == cooperative
        assert place.has_record is True
        assert place.created_at.tzinfo is not None
    assert not queries.captured_queries


def test_columns_left_out_are_read_when_asked_for(cooperative, inside):
    light = Prepared(lambda: Cooperative.objects.filter(pk=cooperative.pk).only("slug"))

    (found,) = light()

    assert found.get_deferred_fields()
    assert found.name == cooperative.name


def test_aggregates_have_one_row_even_of_nothing(cooperative, inside):
    make_person("Ana", "Le Gall")
    counted = Prepared(
        lambda names: aggregated(
            Entrepreneur.objects.filter(Among(F("last_name"), names)),
            count=Count("*"),
            latest=Max("id"),
        )
    )

    assert counted(names=["Personne"]) == [(0, None)]
    assert counted(names=["Le Gall"])[0][0] == 1


def test_threads_that_write_the_same_question_get_the_same_answer(cooperative, inside):
    """Two may write it at once: the last text kept is the same as the first."""
    question = Prepared(lambda: aggregated(Entrepreneur.objects.all(), count=Count("*")))
    expected = question()
    question._plans.clear()
    texts = []

    def write() -> None:
        with tenant(cooperative):
            texts.append(question._written(()).sql)
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(texts)) == 1
    assert question() == expected


def test_prefetching_is_refused(cooperative, inside):
    """It would be left out without a word."""
    question = Prepared(lambda: Membership.objects.prefetch_related("user"))

    with pytest.raises(AssertionError):
        question()
