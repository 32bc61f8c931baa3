"""The third-party account a customer is given the first time the books speak of them."""

from __future__ import annotations

import re

from django.db import IntegrityError, transaction

from accounting.rules import third_party_account
from cae.core import audit
from cae.core.models import Membership
from cae.core.words import folded
from invoicing.models import Customer

_SIGNS = re.compile(r"[^A-Z0-9]")
#: Two customers of one name at the same moment: the second looks again.
_TRIES = 3


def name_in_books(customer: Customer, prefix: str, *, by: Membership) -> None:
    """Give a customer without account one that begins so; nothing where there is no prefix.

    Called as the cooperative: an entrepreneur does not write the chart.
    """
    if not prefix or customer.party_account or customer.anonymised_at:
        return
    name = _SIGNS.sub("", folded(customer.name).upper())
    for _ in range(_TRIES):
        taken = Customer.objects.filter(party_account__startswith=prefix)
        account = third_party_account(
            prefix, name, taken=set(taken.values_list("party_account", flat=True))
        )
        try:
            with transaction.atomic():
                given = Customer.objects.filter(pk=customer.pk, party_account="").update(
                    party_account=account
                )
        except IntegrityError:
            continue
        customer.party_account = account
        if not given:  # somebody else just gave it one
            customer.refresh_from_db(fields=["party_account"])
            return
        audit.record("customer.account_set", customer, by=by, after={"account": account})
        return
