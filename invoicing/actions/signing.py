"""A client signs with a code of six digits, mailed to an address that is known to be theirs."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction

from cae.core import audit, outbox
from cae.core.workflow import ActionRefused
from invoicing.actions.locking import locked
from invoicing.actions.options import chosen_of, with_options
from invoicing.actions.quote_life import Proof, accept_quote, awaiting_answer, signature
from invoicing.models import Quote, SignatureCode
from invoicing.queries import codes_since, signing_addresses
from invoicing.rules.signing import (
    CODE_DIGITS,
    CODE_LIFE,
    MOST_CODES_AN_HOUR,
    MOST_TRIES,
    digits_of,
)


@transaction.atomic
def ask_code(
    quote: Quote,
    *,
    name: str,
    role: str = "",
    address: str,
    on: date,
    at: datetime,
    options: Collection[int] | None = None,
    ip: str | None = None,
    user_agent: str = "",
) -> SignatureCode:
    """Have a code mailed to who wants to sign; what they sign is written with it.

    :param address: one of `signing_addresses`.
    :param options: positions of the options they want; those the quote was sent with unless said.
    :raises ActionRefused: `name_missing`, `unknown_address`, `unknown_option`,
        `too_many_codes`, or as
        `awaiting_answer`.
    """
    quote = awaiting_answer(quote)
    name = " ".join(name.split())[:120]
    if not name:
        raise ActionRefused("Écrivez votre nom et votre prénom.", code="name_missing")
    if quote.valid_until < on:
        raise ActionRefused(
            "Ce devis n’est plus valable. Demandez-en une version à jour.", code="expired"
        )
    wanted = chosen_of(quote) if options is None else set(options)
    with_options(quote, wanted)
    if address.lower() not in signing_addresses(quote):
        raise ActionRefused(
            "Le code ne part qu’à une adresse où ce devis a été envoyé. Demandez qu’il vous soit "
            "envoyé à la vôtre.",
            code="unknown_address",
        )
    if codes_since(quote, since=at - timedelta(hours=1)) >= MOST_CODES_AN_HOUR:
        raise ActionRefused(
            "Plusieurs codes viennent d’être envoyés. Cherchez-les dans vos indésirables, ou "
            "recommencez dans une heure.",
            code="too_many_codes",
        )
    code = SignatureCode.objects.create(
        activity_id=quote.activity_id,
        quote=quote,
        version=quote.version,
        name=name,
        role=" ".join(role.split())[:120],
        address=address.lower(),
        options=sorted(wanted),
        seed=secrets.token_hex(32),
        ip=ip,
        user_agent=user_agent[:300],
        sent_at=at,
        expires_at=at + CODE_LIFE,
    )
    audit.record(
        "quote.code_asked", quote, by=None, actor=signature(name, role), after={"to": code.address}
    )
    outbox.enqueue(
        "invoicing.tasks.mail_signature_code", key=f"signature-code:{code.pk}", code_id=code.pk
    )
    return code


@transaction.atomic
def sign_quote(
    code: SignatureCode,
    *,
    typed: str,
    on: date,
    at: datetime,
    ip: str | None = None,
    user_agent: str = "",
) -> Quote | None:
    """Accept a quote with the code that was mailed; None where the digits are wrong.

    A wrong try is written: whoever calls lets the transaction be committed.

    :raises ActionRefused: `code_over`, too late or tried too often; `code_used`; `superseded`, it
        was for an earlier version; or as `accept_quote`.
    """
    quote = awaiting_answer(code.quote)  # the quote, then its code: always in that order
    code = locked(code)
    if code.used_at is not None:
        raise ActionRefused("Ce code a déjà servi.", code="code_used")
    if code.version != quote.version:
        raise ActionRefused(
            "Le devis a changé depuis l’envoi de ce code. Lisez la nouvelle version, puis "
            "demandez un autre code.",
            code="superseded",
        )
    if code.expires_at < at or code.tries >= MOST_TRIES:
        raise ActionRefused(
            "Ce code ne sert plus\u00a0: il vaut dix minutes et cinq essais. Demandez-en un autre.",
            code="code_over",
        )
    code.tries += 1
    if not hmac.compare_digest(digits_of(typed), six_digits(code)):
        code.save(update_fields=["tries"])
        return None
    code.used_at = at
    code.save(update_fields=["tries", "used_at"])
    proof = Proof(code=code, at=at, ip=ip, user_agent=user_agent)
    return accept_quote(
        quote, name=code.name, role=code.role, on=on, proof=proof, options=code.options
    )


def six_digits(code: SignatureCode) -> str:
    """Return the digits of a code, found again from its seed and the key of the site.

    No table holds them: a copy of the database signs nothing.
    """
    said = f"{code.tenant_id}:{code.quote_id}:{code.pk}:{code.seed}".encode()
    key = sha256(b"signature-code:" + settings.SECRET_KEY.encode()).digest()
    number = int.from_bytes(hmac.digest(key, said, "sha256"), "big")
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}d}"
