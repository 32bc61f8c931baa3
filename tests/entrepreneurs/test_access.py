"""Invitations, roles and places: who enters, how, and what cannot be undone by mistake."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from cae.core import tokens
from cae.core.enums import LinkKind, Right
from cae.core.models import Invitation, Membership, OutboxMessage, PublicLink, User
from cae.core.workflow import ActionRefused
from entrepreneurs import actions
from tests.entrepreneurs.makers import give_access, make_person
from tests.makers import PASSWORD, make_membership


@pytest.fixture
def administrator(cooperative):
    return make_membership(cooperative, "administrator")


@pytest.fixture
def accountant_role(cooperative):
    return cooperative.roles.get(code="accountant")


@pytest.fixture
def invitation(inside, administrator, accountant_role):
    return actions.invite(
        email="Anne@Example.org", role=accountant_role, by=administrator, holder=None
    )


def refusal(act, *arguments, **named) -> str:
    with pytest.raises(ActionRefused) as refused:
        act(*arguments, **named)
    return refused.value.code


def mailed_token(invitation: Invitation) -> str:
    actions.access.deliver_invitation(invitation)
    return re.search(r"/p/([^/]+)/", mail.outbox[-1].body)[1]


def test_inviting_leaves_a_mail_to_send_after_commit(invitation, cooperative):
    assert invitation.email == "anne@example.org"
    message = OutboxMessage.objects.get()
    assert (message.task, message.arguments) == (
        "entrepreneurs.tasks.send_invitation",
        {"invitation_id": invitation.pk},
    )


def test_the_mailed_link_opens_this_invitation_only(invitation, cooperative):
    link = tokens.link_behind(mailed_token(invitation))

    assert (link.kind, link.target_id, link.cooperative) == (
        LinkKind.INVITATION,
        invitation.pk,
        cooperative,
    )
    assert cooperative.name in mail.outbox[0].subject
    assert "Comptable" in mail.outbox[0].body


def test_sending_again_closes_the_earlier_link(invitation, administrator):
    first = mailed_token(invitation)

    actions.resend_invitation(invitation, by=administrator)
    second = mailed_token(invitation)

    assert tokens.link_behind(first) is None
    assert tokens.link_behind(second) is not None
    assert OutboxMessage.objects.count() == 2


def test_a_new_person_chooses_a_password_and_gets_the_role(invitation, cooperative):
    assert refusal(actions.accept_invitation, invitation) == "password_missing"

    place = actions.accept_invitation(invitation, password="une phrase de passe solide")

    assert (place.user.email, place.role.code, place.cooperative) == (
        "anne@example.org",
        "accountant",
        cooperative,
    )
    assert place.user.check_password("une phrase de passe solide")
    assert place.user.emailaddress_set.get().verified
    assert refusal(actions.accept_invitation, invitation) == "invitation_over"


def test_a_known_login_just_joins_and_keeps_its_password(invitation, other_cooperative):
    place = make_membership(other_cooperative, "accountant", email="anne@example.org")
    place.user.set_password("la première phrase de passe")
    place.user.save()

    actions.accept_invitation(invitation, password="une autre phrase de passe")

    user = User.objects.get(email="anne@example.org")
    assert user.check_password("la première phrase de passe")
    assert Membership.objects.filter(user=user).count() == 2


def test_a_closed_login_does_not_come_back_by_invitation(invitation):
    User.objects.create_user("anne@example.org", None, is_active=False)

    assert refusal(actions.accept_invitation, invitation) == "login_closed"


def test_an_invited_entrepreneur_answers_to_their_record(person, administrator):
    invitation = actions.invite_person(person, by=administrator)

    place = actions.accept_invitation(invitation, password="une phrase de passe solide")

    person.refresh_from_db()
    assert person.membership == place
    assert refusal(actions.invite_person, person, by=administrator) == "already_here"


def test_a_record_somebody_enters_with_is_not_handed_to_another_login(person, administrator):
    """Whoever keeps the records could else change an address, and become its person."""
    held = give_access(person)
    actions.update_person(person, email="intrus@example.org", by=administrator)
    person.refresh_from_db()

    assert refusal(actions.invite_person, person, by=administrator) == "already_here"

    person.refresh_from_db()
    assert person.membership == held


def test_an_invitation_sent_before_does_not_take_a_record_either(person, administrator):
    actions.update_person(person, email="intrus@example.org", by=administrator)
    person.refresh_from_db()
    early = actions.invite_person(person, by=administrator)
    held = make_membership(person.tenant, "entrepreneur", "camille@example.org")
    person.membership = held
    person.save(update_fields=["membership"])

    assert refusal(actions.accept_invitation, early, password=PASSWORD) == "already_here"

    person.refresh_from_db()
    assert person.membership == held
    assert not User.objects.filter(email="intrus@example.org").exists()


def test_a_name_over_two_lines_does_not_stop_the_mail(invitation, cooperative):
    cooperative.name = "Les Ateliers\r\nBcc: intrus@example.org"
    cooperative.save()

    mailed_token(Invitation.objects.get())

    assert mail.outbox[0].subject == "Les Ateliers Bcc: intrus@example.org vous invite"
    assert mail.outbox[0].recipients() == ["anne@example.org"]


def test_an_entrepreneurs_role_needs_a_record(inside, cooperative, administrator):
    role = cooperative.roles.get(code="entrepreneur")

    assert (
        refusal(actions.invite, email="x@example.org", role=role, by=administrator, holder=None)
        == "person_missing"
    )


def test_one_invitation_waits_at_a_time(invitation, administrator, accountant_role):
    again = {"email": "anne@example.org", "role": accountant_role, "holder": None}
    assert refusal(actions.invite, **again, by=administrator) == "already_invited"

    actions.withdraw_invitation(invitation, by=administrator)

    assert refusal(actions.accept_invitation, invitation, password="x") == "invitation_over"
    actions.invite(**again, by=administrator)


def test_a_withdrawn_invitation_opens_nothing_and_mails_nothing(invitation, administrator):
    token = mailed_token(invitation)
    actions.withdraw_invitation(invitation, by=administrator)
    invitation.refresh_from_db()
    mail.outbox.clear()

    actions.access.deliver_invitation(invitation)

    assert tokens.link_behind(token) is None
    assert mail.outbox == []


def test_a_link_ends_after_its_days(invitation):
    token = mailed_token(invitation)
    PublicLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert tokens.link_behind(token) is None


def test_nobody_closes_their_own_place_nor_the_last_administrators(
    inside, cooperative, administrator
):
    second = make_membership(cooperative, "administrator", email="second@example.org")

    assert refusal(actions.deactivate, second, by=second) == "own_place"
    actions.deactivate(administrator, by=second)
    outsider = make_membership(cooperative, "accountant", email="x@example.org")
    assert refusal(actions.deactivate, second, by=outsider) == "last_administrator"


def test_a_closed_place_opens_again_by_invitation_or_by_hand(
    inside, cooperative, administrator, accountant_role
):
    place = make_membership(cooperative, "accountant", email="anne@example.org")
    actions.deactivate(place, by=administrator)
    actions.reactivate(place, by=administrator)
    actions.deactivate(place, by=administrator)
    invitation = actions.invite(
        email="anne@example.org", role=accountant_role, by=administrator, holder=None
    )

    assert actions.accept_invitation(invitation) == place
    place.refresh_from_db()
    assert place.is_active


def test_the_last_administrator_keeps_the_role(inside, administrator, accountant_role):
    assert (
        refusal(actions.change_role, administrator, accountant_role, by=administrator)
        == "last_administrator"
    )
    administrator.refresh_from_db()
    assert administrator.role.code == "administrator"


def test_an_entrepreneurs_place_does_not_become_a_staff_place(person, accountant_role, cooperative):
    place = give_access(person)

    assert refusal(actions.change_role, place, accountant_role, by=place) == "person_missing"


def test_a_cooperative_composes_its_own_role(inside, cooperative, administrator):
    role = actions.compose_role(
        cooperative,
        label="Accueil",
        rights={Right.SEE_PEOPLE, Right.SEE_ASSEMBLIES},
        by=administrator,
    )

    assert (role.code, role.rights, role.own_only, role.is_seeded) == (
        "accueil",
        ["see_assemblies", "see_people"],
        False,
        False,
    )
    changed = actions.compose_role(
        cooperative, label="Accueil", rights={Right.SEE_PEOPLE}, by=administrator, role=role
    )
    assert (changed.pk, changed.rights) == (role.pk, ["see_people"])


def test_a_role_on_ones_own_activities_stays_behind_the_neighbour_wall(
    inside, cooperative, administrator
):
    role = actions.compose_role(
        cooperative, label="Observateur", rights={Right.SEE_OWN}, by=administrator
    )

    assert role.own_only


@pytest.mark.parametrize(
    ("label", "rights", "code"),
    [
        ("", {Right.SEE_PEOPLE}, "label_missing"),
        ("Vide", set(), "no_rights"),
        ("Mêlé", {Right.SELL, Right.SEE_PEOPLE}, "mixed_rights"),
        ("Accountant", {Right.SEE_PEOPLE}, "role_exists"),
    ],
)
def test_a_role_that_makes_no_sense_is_refused(
    inside, cooperative, administrator, label, rights, code
):
    assert (
        refusal(actions.compose_role, cooperative, label=label, rights=rights, by=administrator)
        == code
    )


def test_a_seeded_role_is_not_changed(inside, cooperative, administrator, accountant_role):
    assert (
        refusal(
            actions.compose_role,
            cooperative,
            label="Comptable",
            rights={Right.SEE_PEOPLE},
            by=administrator,
            role=accountant_role,
        )
        == "seeded_role"
    )


def test_names_are_those_of_the_records(person, cooperative, administrator):
    from entrepreneurs import queries

    place = give_access(person)
    staff = actions.register_staff(
        first_name="Agnès", last_name="Le Bihan", email="a@example.org", by=None
    )
    staff.membership = make_membership(cooperative, "co_manager")
    staff.save()
    make_person("Fatou", "Ndiaye")

    assert queries.display_names([place, staff.membership, administrator]) == {
        place.pk: "Camille Fournier",
        staff.membership.pk: "Agnès Le Bihan",
        administrator.pk: "administrator@ateliers.example",
    }
    assert queries.display_name(place) == "Camille Fournier"
