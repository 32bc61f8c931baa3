"""What is to be done after commit survives everything, and is done once."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from cae.celery import app
from cae.core import outbox
from cae.core.models import AuditEvent, OutboxMessage, RowChange
from cae.core.tenancy import NoTenant, OwnIds, tenant
from cae.core.tenancy.tasks import TenantTask
from tests.makers import make_membership


class Probe(TenantTask):
    """A task that counts its runs."""

    name = "probe"

    def __init__(self):
        self.runs = 0

    def run(self):
        self.runs += 1


@pytest.fixture(scope="module")
def probe():
    return app.register_task(Probe())


@pytest.fixture
def sent(monkeypatch):
    """What reaches the broker; the broker itself is proved by the journeys."""
    calls = []
    monkeypatch.setattr(outbox, "send", lambda *args: calls.append(args))
    return calls


def test_the_same_effect_is_enqueued_once(inside, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        outbox.enqueue("a.task", key="pdf:1", pk=1)
        outbox.enqueue("a.task", key="pdf:1", pk=1)

    assert OutboxMessage.objects.count() == 1
    assert len(sent) == 1


def test_a_past_that_is_replayed_enqueues_nothing(inside, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        with outbox.muted():
            outbox.enqueue("a.task", key="pdf:1", pk=1)
            outbox.enqueue_all("a.task", {"pdf:1": {"pk": 1}})
        assert not OutboxMessage.objects.exists()
        outbox.enqueue("a.task", key="pdf:1", pk=1)

    assert len(sent) == 1


def test_many_effects_are_enqueued_together_each_once(
    inside, sent, django_capture_on_commit_callbacks, django_assert_max_num_queries
):
    with django_capture_on_commit_callbacks(execute=True), django_assert_max_num_queries(2):
        outbox.enqueue_all("a.task", {f"pdf:{i}": {"pk": i} for i in range(3)})
    with django_capture_on_commit_callbacks(execute=True):
        outbox.enqueue_all("a.task", {f"pdf:{i}": {"pk": i} for i in range(5)})

    assert OutboxMessage.objects.count() == 5
    assert [arguments for *_, arguments in sent] == [{"pk": i} for i in range(5)]


def test_nothing_is_sent_when_the_transaction_is_rolled_back(inside, sent):
    with pytest.raises(RuntimeError), transaction.atomic():
        outbox.enqueue("a.task", key="pdf:1", pk=1)
        raise RuntimeError

    assert not OutboxMessage.objects.exists()
    assert sent == []


def test_a_message_delivered_twice_runs_once(cooperative, sent, probe):
    with tenant(cooperative):
        outbox.enqueue("probe", key="once")
        message = OutboxMessage.objects.get()
    for _ in range(2):
        probe.push_request(cae_tenant=cooperative.pk, cae_message=message.pk)
        probe()
        probe.pop_request()

    assert probe.runs == 1


def test_a_task_without_a_cooperative_refuses_to_run(db, probe):
    probe.push_request()
    with pytest.raises(NoTenant):
        probe()
    probe.pop_request()


def test_the_relay_sends_again_what_the_broker_lost(cooperatives, sent):
    for cooperative in cooperatives:
        with tenant(cooperative):
            outbox.enqueue("a.task", key="lost", pk=7)
            OutboxMessage.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    sent.clear()

    assert outbox.relay() == 2
    assert [call[3] for call in sent] == [{"pk": 7}, {"pk": 7}]


def test_an_entrepreneur_enqueues_without_reading_the_queue(cooperative, sent):
    with tenant(cooperative, own=OwnIds(person_id=1)):
        outbox.enqueue("a.task", key="mine")
        assert not OutboxMessage.objects.exists()
    with tenant(cooperative):
        assert OutboxMessage.objects.count() == 1


def test_every_change_is_kept_whatever_made_it(cooperative):
    membership = make_membership(cooperative, "accountant")
    with tenant(cooperative, membership=membership):
        outbox.enqueue("a.task", key="k")
        from cae.core.models import Invitation

        invitation = Invitation.objects.create(email="a@b.fr", role=membership.role)
        Invitation.objects.filter(pk=invitation.pk).update(email="c@d.fr")

        change = RowChange.objects.get(table_name="core_invitation")
        assert (change.was, change.became) == ({"email": "a@b.fr"}, {"email": "c@d.fr"})
        assert change.membership_id == membership.pk


def test_a_trace_cannot_be_rewritten(inside):
    from django.db import DatabaseError

    event = AuditEvent.objects.create(action="a", target_type="t", target_id=1, actor="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEvent.objects.filter(pk=event.pk).update(actor="y")
    with pytest.raises(DatabaseError), transaction.atomic():
        event.delete()
