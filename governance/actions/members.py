"""Members: admitted, holding shares, elected, leaving."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.db import transaction

from accounting.actions import post
from accounting.queries import accounts_of, cooperative_analytic
from accounting.rules import DraftEntry
from cae.core import audit
from cae.core.models import Membership
from cae.core.money import ZERO, euros
from cae.core.numbering import next_number
from cae.core.periods import french_date
from cae.core.workflow import ActionRefused
from entrepreneurs.actions import record_association, record_membership_end
from entrepreneurs.enums import Situation
from entrepreneurs.models import Entrepreneur
from entrepreneurs.rules import plus_months, sort_name
from governance import posting, rules
from governance.enums import MandateKind, MemberExit, MovementKind
from governance.models import Mandate, Member, MemberPeriod, Resolution, ShareMovement
from governance.queries import holding_of

#: Series of the registers: they run on over the years.
_MEMBERS, _MOVEMENTS = "associe", "mouvement-de-parts"


@transaction.atomic
def admit_member(
    person: Entrepreneur | None = None,
    *,
    first_name: str = "",
    last_name: str = "",
    email: str = "",
    college: str = "",
    shares: int,
    nominal: Decimal,
    paid: Decimal = ZERO,
    day: date,
    on: date,
    by: Membership | None,
    resolution: Resolution | None = None,
) -> Member:
    """Enter a person in the register from `day`, with the shares they subscribe.

    An entrepreneur's path takes the date of association; someone from outside is named by
    `first_name`, `last_name` and `email`. `nominal` is EUR a share, `paid` what is paid up at
    once. Whoever comes back keeps their number.

    :raises ActionRefused: `already_member`, `name_missing`, what `subscribe_shares` and
        `release_shares` refuse, and the path's `step_out_of_order`, `step_in_future`.
    """
    if person is not None:
        first_name, last_name, email = person.first_name, person.last_name, person.email
    if not last_name.strip():
        raise ActionRefused("Le nom de l’associé·e manque.", code="name_missing")
    member = (
        Member.objects.select_for_update().filter(entrepreneur=person).first() if person else None
    )
    if member is None:
        member = Member.objects.create(
            number=next_number(_MEMBERS, year=0),
            entrepreneur=person,
            first_name=first_name.strip(),
            last_name=last_name.strip(),
            sort_name=sort_name(first_name, last_name),
            email=email.strip().lower(),
            college=college,
        )
    elif member.periods.filter(ends_on=None).exists():
        raise ActionRefused(
            f"{member.full_name} est déjà au registre, sous le numéro {member.number}.",
            code="already_member",
        )
    MemberPeriod.objects.create(
        member=member, entrepreneur=person, starts_on=day, admitted_by=resolution
    )
    if person is not None:
        record_association(person, day=day, on=on, by=by)
    subscribe_shares(member, shares=shares, nominal=nominal, on=day, by=by)
    if paid:
        release_shares(member, paid, on=day, by=by)
    audit.record("member.admitted", member, by=by, after={"number": member.number, "day": day})
    return member


@transaction.atomic
def end_membership(
    member: Member, *, day: date, reason: MemberExit, on: date, by: Membership | None
) -> MemberPeriod:
    """End a member's current period; their shares stay until they are refunded.

    :raises ActionRefused: `not_member`, `ends_before_start`.
    """
    member = _locked(member)
    period = member.periods.filter(ends_on=None).first()
    if period is None:
        raise ActionRefused(f"{member.full_name} a déjà quitté le registre.", code="not_member")
    if day < period.starts_on:
        raise ActionRefused(
            f"L’admission date du {french_date(period.starts_on)}\u00a0: la sortie ne peut pas la "
            "précéder.",
            code="ends_before_start",
        )
    period.ends_on, period.exit_reason = day, reason
    period.save(update_fields=["ends_on", "exit_reason"])
    person = member.entrepreneur
    if person is not None and person.situation == Situation.MEMBER:
        record_membership_end(person, day=day, on=on, by=by, note=reason.label)
    audit.record("member.left", member, by=by, after={"day": day, "reason": reason.label})
    return period


@transaction.atomic
def subscribe_shares(
    member: Member, *, shares: int, nominal: Decimal, on: date, by: Membership | None
) -> ShareMovement:
    """Write a subscription in the register; what is paid up is another movement.

    :raises ActionRefused: `no_shares`, `no_nominal`.
    """
    if shares <= 0:
        raise ActionRefused(
            "Une souscription porte sur une part au moins. Indiquez leur nombre.",
            code="no_shares",
        )
    if nominal <= 0:
        raise ActionRefused(
            "La valeur d’une part est un montant positif, fixé par les statuts.",
            code="no_nominal",
        )
    return _move(
        member,
        MovementKind.SUBSCRIPTION,
        shares=shares,
        subscribed=shares * nominal,
        on=on,
        by=by,
    )


@transaction.atomic
def release_shares(
    member: Member, amount: Decimal, *, on: date, by: Membership | None
) -> ShareMovement:
    """Write what a member pays up on subscribed shares, in EUR, and the entry in the ledger.

    :raises ActionRefused: `no_amount`, `above_subscribed`, and what the ledger refuses.
    """
    member = _locked(member)
    if amount <= 0:
        raise ActionRefused("Indiquez le montant versé.", code="no_amount")
    left = holding_of(member).unpaid
    if amount > left:
        raise ActionRefused(
            f"Il reste {euros(left)} à verser sur les parts souscrites\u00a0: le montant ne "
            "peut pas "
            "dépasser. Enregistrez d’abord une souscription.",
            code="above_subscribed",
        )
    movement = _move(member, MovementKind.RELEASE, paid=amount, on=on, by=by)
    _post(posting.release, amount, movement, by=by)
    return movement


@transaction.atomic
def refund_shares(member: Member, *, shares: int, on: date, by: Membership | None) -> ShareMovement:
    """Give back shares at the mean of what was paid on them, and write the entry.

    :raises ActionRefused: `no_shares`, `above_held`, and what the ledger refuses.
    """
    member = _locked(member)
    held = holding_of(member)
    if shares <= 0:
        raise ActionRefused("Indiquez le nombre de parts à rembourser.", code="no_shares")
    if shares > held.shares:
        raise ActionRefused(
            f"{member.full_name} détient {held.shares} parts\u00a0: le remboursement ne peut "
            "pas en "
            "compter plus.",
            code="above_held",
        )
    subscribed, paid = rules.refund_of(held, shares)
    movement = _move(
        member,
        MovementKind.REFUND,
        shares=-shares,
        subscribed=-subscribed,
        paid=-paid,
        on=on,
        by=by,
    )
    if paid:
        _post(posting.refund, paid, movement, by=by)
    return movement


@transaction.atomic
def appoint(
    member: Member,
    kind: MandateKind,
    *,
    starts_on: date,
    ends_on: date,
    by: Membership | None,
    resolution: Resolution | None = None,
) -> Mandate:
    """Write what a member was elected to.

    :raises ActionRefused: `mandate_too_long`, `ends_before_start`, `not_member`.
    """
    if ends_on < starts_on:
        raise ActionRefused(
            "Un mandat ne peut pas finir avant de commencer.", code="ends_before_start"
        )
    longest = plus_months(starts_on, 12 * rules.LONGEST_MANDATE_YEARS)
    if kind in (MandateKind.MANAGER, MandateKind.SUPERVISORY) and ends_on > longest:
        raise ActionRefused(
            "Ce mandat dure quatre ans au plus\u00a0: il peut aller jusqu’au "
            f"{french_date(longest)}.",
            code="mandate_too_long",
        )
    if not member.periods.filter(starts_on__lte=starts_on, ends_on=None).exists():
        raise ActionRefused(
            f"{member.full_name} n’est pas associé·e le {french_date(starts_on)}.",
            code="not_member",
        )
    mandate = Mandate.objects.create(
        member=member,
        holder=member.full_name,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        resolution=resolution,
    )
    audit.record(
        "mandate.given", mandate, by=by, after={"holder": mandate.holder, "kind": kind.label}
    )
    return mandate


def _of(person: Entrepreneur | None) -> Member | None:
    if person is None:
        return None
    return Member.objects.select_for_update().filter(entrepreneur=person).first()


def _locked(member: Member) -> Member:
    return Member.objects.select_for_update().get(pk=member.pk)


def _move(
    member: Member,
    kind: MovementKind,
    *,
    on: date,
    by: Membership | None,
    shares: int = 0,
    subscribed: Decimal = ZERO,
    paid: Decimal = ZERO,
) -> ShareMovement:
    movement = ShareMovement.objects.create(
        member=member,
        entrepreneur_id=member.entrepreneur_id,
        number=next_number(_MOVEMENTS, year=0),
        kind=kind,
        on=on,
        shares=shares,
        subscribed=subscribed,
        paid=paid,
    )
    audit.record(
        f"shares.{kind.value}",
        movement,
        by=by,
        after={"shares": shares, "subscribed": euros(subscribed), "paid": euros(paid)},
    )
    return movement


def _post(
    draw: Callable[..., DraftEntry],
    amount: Decimal,
    movement: ShareMovement,
    *,
    by: Membership | None,
) -> None:
    draft = draw(
        amount,
        member=movement.member.full_name,
        on=movement.on,
        number=movement.number,
        own=cooperative_analytic().code,
        bank=accounts_of(None).bank,
    )
    post(draft, by=by)
