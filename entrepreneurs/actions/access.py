"""Access: who is invited, with which role, until when."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from cae.core import audit, outbox, tokens
from cae.core.enums import LinkKind, Right
from cae.core.models import Cooperative, Invitation, Membership, Role, User
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Entrepreneur, StaffMember

#: How long the link of an invitation opens.
INVITATION_DAYS = 14

#: Rights on one's own activities: a role holds either these or those of the cooperative.
OWN_RIGHTS = frozenset(
    {Right.SELL, Right.ISSUE_OWN, Right.SPEND, Right.CHOOSE_SALARY, Right.SEE_OWN}
)
_SHARED_RIGHTS = frozenset({Right.SEE_ASSEMBLIES})

#: Without somebody who holds these, a cooperative could never be set right again.
_LIFELINE = (Right.CONFIGURE, Right.INVITE)


@transaction.atomic
def invite(
    *, email: str, role: Role, by: Membership | None, holder: Entrepreneur | StaffMember | None
) -> Invitation:
    """Ask a person to join with a role; the mail with their link leaves after commit.

    `holder` is the record they will answer to: an entrepreneur for a role limited to its own
    activities.

    :raises ActionRefused: `person_missing`, `already_here`, `already_invited`.
    """
    email = email.strip().lower()
    if role.own_only and not isinstance(holder, Entrepreneur):
        raise ActionRefused(
            f"Le rôle «\u00a0{role.label}\u00a0» se donne depuis la fiche d’une personne. "
            "Ouvrez sa fiche, "
            "puis invitez-la.",
            code="person_missing",
        )
    if Membership.objects.filter(
        cooperative=role.cooperative, role=role, user__email__iexact=email, is_active=True
    ).exists():
        raise ActionRefused(
            f"{email} a déjà le rôle «\u00a0{role.label}\u00a0» dans votre coopérative.",
            code="already_here",
        )
    if holder is not None:
        _refuse_held(type(holder).objects.filter(pk=holder.pk), by_another_than=email)
    if Invitation.objects.filter(
        email__iexact=email, role=role, accepted_at=None, withdrawn_at=None
    ).exists():
        raise ActionRefused(
            f"Une invitation attend déjà {email}. Renvoyez-la depuis la liste des invitations.",
            code="already_invited",
        )
    invitation = Invitation.objects.create(email=email, role=role, invited_by=by)
    if holder is not None:
        holder.invitation = invitation
        holder.save(update_fields=["invitation"])
    _mail(invitation)
    audit.record("invitation.sent", invitation, by=by, after={"email": email, "role": role.label})
    return invitation


def invite_person(person: Entrepreneur, *, by: Membership | None) -> Invitation:
    """Ask an entrepreneur to join, at the address of their record, with the seeded role.

    :raises ActionRefused: `already_here`, `already_invited`.
    """
    role = Role.objects.get(cooperative=person.tenant, code="entrepreneur")
    return invite(email=person.email, role=role, by=by, holder=person)


@transaction.atomic
def resend_invitation(invitation: Invitation, *, by: Membership) -> Invitation:
    """Send the mail again with a new link; the earlier one stops working.

    :raises ActionRefused: `invitation_over`.
    """
    invitation = _open(invitation)
    invitation.sent_at = timezone.now()
    invitation.save(update_fields=["sent_at"])
    _mail(invitation)
    audit.record("invitation.resent", invitation, by=by)
    return invitation


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: Membership) -> Invitation:
    """Take an invitation back: its link stops working at once.

    :raises ActionRefused: `invitation_over`.
    """
    invitation = _open(invitation)
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    tokens.close_links(LinkKind.INVITATION, invitation.pk)
    audit.record("invitation.withdrawn", invitation, by=by)
    return invitation


@transaction.atomic
def accept_invitation(invitation: Invitation, *, password: str = "") -> Membership:
    """Open the place the invitation promised; a new login takes `password`.

    Whoever holds the mailed link controls the address: a login that already exists under it
    only gains a place, its password is not asked nor changed.

    :raises ActionRefused: `invitation_over`, `password_missing`, `login_closed`.
    """
    invitation = _open(invitation)
    for model in (Entrepreneur, StaffMember):
        _refuse_held(model.objects.filter(invitation=invitation), by_another_than=invitation.email)
    user = User.objects.filter(email__iexact=invitation.email).first()
    if user is None:
        if not password:
            raise ActionRefused(
                "Choisissez un mot de passe pour ouvrir votre compte.", code="password_missing"
            )
        user = User.objects.create_user(invitation.email, password)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    elif not user.is_active:
        raise ActionRefused(
            "Ce compte est fermé. Écrivez à la coopérative qui vous a invité·e.",
            code="login_closed",
        )
    membership, is_new = Membership.objects.get_or_create(
        user=user, cooperative=invitation.role.cooperative, role=invitation.role
    )
    if not is_new and not membership.is_active:
        membership.is_active = True
        membership.save(update_fields=["is_active"])
    for model in (Entrepreneur, StaffMember):
        model.objects.filter(invitation=invitation).update(membership=membership)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    tokens.close_links(LinkKind.INVITATION, invitation.pk)
    audit.record("invitation.accepted", invitation, by=membership)
    return membership


@transaction.atomic
def change_role(membership: Membership, role: Role, *, by: Membership) -> Membership:
    """Give a place another role of the same cooperative.

    :raises ActionRefused: `person_missing`, `already_here`, `last_administrator`.
    """
    assert role.cooperative_id == membership.cooperative_id, "a role of another cooperative"
    if role.own_only != membership.role.own_only:
        raise ActionRefused(
            "Un accès d’entrepreneur·e et un accès à la gestion ne se changent pas l’un en "
            "l’autre\u00a0: invitez la personne avec son second rôle.",
            code="person_missing",
        )
    taken = Membership.objects.filter(
        user=membership.user, cooperative=membership.cooperative, role=role
    ).exclude(pk=membership.pk)
    if taken.exists():
        raise ActionRefused(
            f"Cette personne a déjà le rôle «\u00a0{role.label}\u00a0».", code="already_here"
        )
    before, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    _keep_a_lifeline(membership.cooperative, without=before.rights)
    audit.record(
        "membership.role_changed",
        membership,
        by=by,
        before={"role": before.label},
        after={"role": role.label},
    )
    return membership


@transaction.atomic
def deactivate(membership: Membership, *, by: Membership) -> Membership:
    """Close a place: its person can no longer enter this cooperative; nothing is deleted.

    :raises ActionRefused: `own_place`, `last_administrator`.
    """
    if membership.user_id == by.user_id:
        raise ActionRefused(
            "Vous ne pouvez pas fermer votre propre accès. Demandez-le à un·e autre "
            "administrateur·rice.",
            code="own_place",
        )
    membership.is_active = False
    membership.save(update_fields=["is_active"])
    _keep_a_lifeline(membership.cooperative, without=membership.role.rights)
    audit.record("membership.deactivated", membership, by=by)
    return membership


@transaction.atomic
def reactivate(membership: Membership, *, by: Membership) -> Membership:
    """Open a closed place again."""
    membership.is_active = True
    membership.save(update_fields=["is_active"])
    audit.record("membership.reactivated", membership, by=by)
    return membership


@transaction.atomic
def compose_role(
    cooperative: Cooperative,
    *,
    label: str,
    rights: Collection[Right],
    by: Membership,
    role: Role | None = None,
) -> Role:
    """Name a set of rights, or change one the cooperative had composed.

    A role with rights on one's own activities is served behind the neighbour wall, so it holds
    nothing of the cooperative's work: a hybrid person is given two roles.

    :raises ActionRefused: `label_missing`, `no_rights`, `mixed_rights`, `role_exists`,
        `seeded_role`, `last_administrator`.
    """
    code = slugify(label)[:40]
    rights = frozenset(rights)
    if not code:
        raise ActionRefused("Donnez un nom à ce rôle.", code="label_missing")
    if role is not None and role.is_seeded:
        raise ActionRefused(
            "Ce rôle est fourni avec le logiciel. Composez-en un autre à partir de ses droits.",
            code="seeded_role",
        )
    if not rights:
        raise ActionRefused("Cochez au moins un droit.", code="no_rights")
    own_only = bool(rights & OWN_RIGHTS)
    if own_only and rights - OWN_RIGHTS - _SHARED_RIGHTS:
        raise ActionRefused(
            "Un rôle porte soit sur ses propres activités, soit sur le travail de la "
            "coopérative. Composez deux rôles et donnez les deux à la personne.",
            code="mixed_rights",
        )
    same = Role.objects.filter(cooperative=cooperative, code=code)
    if (same.exclude(pk=role.pk) if role else same).exists():
        raise ActionRefused(
            f"Un rôle «\u00a0{label}\u00a0» existe déjà. Choisissez un autre nom.",
            code="role_exists",
        )
    if role is not None and role.own_only != own_only and role.memberships.exists():
        raise ActionRefused(
            "Des personnes portent ce rôle\u00a0: il ne peut plus changer de nature. "
            "Composez-en un "
            "autre.",
            code="mixed_rights",
        )
    before = sorted(role.rights) if role else []
    if role is None:
        role = Role(cooperative=cooperative, is_seeded=False)
    role.code, role.label, role.rights, role.own_only = code, label, sorted(rights), own_only
    role.save()
    _keep_a_lifeline(cooperative, without=before)
    audit.record(
        "role.composed",
        role,
        by=by,
        before={"rights": ", ".join(before)},
        after={"label": label, "rights": ", ".join(role.rights)},
    )
    return role


def deliver_invitation(invitation: Invitation) -> None:
    """Write the mail of an invitation with a link made for it; once over, send nothing."""
    if invitation.accepted_at or invitation.withdrawn_at:
        return
    token = tokens.open_link(LinkKind.INVITATION, invitation.pk, days=INVITATION_DAYS)
    cooperative = invitation.role.cooperative
    body = render_to_string(
        "email/invitation.txt",
        {
            "cooperative": cooperative,
            "role": invitation.role,
            "link": settings.SITE_URL + reverse("invitation", args=[token]),
            "days": INVITATION_DAYS,
        },
    )
    # A name typed over two lines would be refused as a header, and the mail would never leave.
    subject = " ".join(f"{cooperative.name} vous invite".split())
    send_mail(subject, body, None, [invitation.email])


def _mail(invitation: Invitation) -> None:
    outbox.enqueue(
        "entrepreneurs.tasks.send_invitation",
        key=f"invitation:{invitation.pk}:{invitation.sent_at.isoformat()}",
        invitation_id=invitation.pk,
    )


def _open(invitation: Invitation) -> Invitation:
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("role__cooperative")
        .get(pk=invitation.pk)
    )
    if invitation.accepted_at or invitation.withdrawn_at:
        raise ActionRefused(
            "Cette invitation n’est plus ouverte\u00a0: elle a été acceptée ou retirée.",
            code="invitation_over",
        )
    return invitation


def _refuse_held(records: QuerySet[Any], *, by_another_than: str) -> None:
    """Refuse to hand a record over while somebody else enters with it.

    Whoever corrects the address of a record must not become its person by inviting themself.
    """
    held = records.filter(membership__is_active=True, membership__user__is_active=True)
    if held.exclude(membership__user__email__iexact=by_another_than).exists():
        raise ActionRefused(
            "Cette fiche a déjà un accès, sous une autre adresse. La personne la change "
            "elle-même dans son compte\u00a0; sinon, fermez d’abord cet accès.",
            code="already_here",
        )


def _keep_a_lifeline(cooperative: Cooperative, *, without: Collection[str]) -> None:
    """Refuse to take `without` from the last person who could set the cooperative right."""
    if not set(_LIFELINE) & set(without):
        return
    if not Membership.objects.filter(
        cooperative=cooperative,
        is_active=True,
        user__is_active=True,
        role__rights__contains=[str(right) for right in _LIFELINE],
    ).exists():
        raise ActionRefused(
            "Il ne resterait plus personne pour administrer la coopérative. Donnez d’abord ce "
            "rôle à quelqu’un d’autre.",
            code="last_administrator",
        )
