"""The words of a mail: which blanks a template may hold, and how they are filled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from invoicing.enums import MailKind

#: The only blank that is never filled before the mail leaves: each sending has its own address.
LINK = "lien"

#: What each blank stands for, in the order they are offered.
BLANKS = {
    "contact": "l’interlocuteur du client",
    "client": "le nom du client",
    "numero": "le numéro du document",
    "objet": "l’objet du document",
    "montant": "le total TTC",
    "validite": "la fin de validité du devis",
    "acompte": "l’acompte à la signature",
    "lien": "l’adresse de la page du client",
    "echeance": "la date de règlement",
    "iban": "l’IBAN de la coopérative",
    "facture": "la facture corrigée",
    "signataire": "qui a signé",
    "signe_le": "le jour de la signature",
    "personne": "votre nom",
    "annee": "l’année attestée",
    "duree": "la durée des interventions",
    "enseigne": "le nom de votre activité",
    "cooperative": "le nom de la coopérative",
    "adresse": "l’adresse de la coopérative",
}
_ALWAYS = (
    "contact", "client", "numero", "objet", "montant", "personne", "enseigne", "cooperative",
    "adresse",
)  # fmt: skip
_OF_KIND = {
    MailKind.QUOTE: ("validite", "acompte", LINK),
    MailKind.INVOICE: ("echeance", "iban"),
    MailKind.CREDIT_NOTE: ("facture",),
    MailKind.SIGNED_QUOTE: ("signataire", "signe_le", "acompte"),
    MailKind.CERTIFICATE: ("annee", "duree"),
}

LONGEST_SUBJECT = 160
LONGEST_BODY = 5000

_BLANK = re.compile(r"\{([^{}]*)\}")
_BEFORE_A_COMMA = re.compile(r"[ \u00a0]+,")

_SIGNED = "{personne}\n{enseigne}, au sein de {cooperative}\n{adresse}"


@dataclass(frozen=True, slots=True)
class Wording:
    """The subject and the body of a mail, with or without blanks."""

    subject: str
    body: str


#: What is written where nobody chose other words.
OURS = {
    MailKind.QUOTE: Wording(
        "Devis {numero}\u00a0: {objet}",
        "Bonjour {contact},\n\n"
        "Voici notre devis {numero}, «\u00a0{objet}\u00a0», d’un montant de {montant} TTC.\n\n"
        "Lisez-le et acceptez-le en ligne, sans créer de compte\u00a0:\n{lien}\n\n"
        "Il est valable jusqu’au {validite}. Pour toute question, répondez à ce message ou "
        "écrivez-nous depuis cette page.\n\n" + _SIGNED,
    ),
    MailKind.INVOICE: Wording(
        "Facture {numero}\u00a0: {objet}",
        "Bonjour {contact},\n\n"
        "Vous trouverez ci-joint la facture {numero}, «\u00a0{objet}\u00a0», d’un montant de "
        "{montant} TTC, à régler avant le {echeance}.\n\n"
        "Par virement, avec la référence {numero}\u00a0:\n{cooperative}, IBAN {iban}\n\n"
        "Pour toute question, répondez à ce message.\n\n" + _SIGNED,
    ),
    MailKind.CREDIT_NOTE: Wording(
        "Avoir {numero}\u00a0: {objet}",
        "Bonjour {contact},\n\n"
        "Vous trouverez ci-joint l’avoir {numero}, d’un montant de {montant} TTC, sur la facture "
        "{facture}.\n\n"
        "Pour toute question, répondez à ce message.\n\n" + _SIGNED,
    ),
    MailKind.SIGNED_QUOTE: Wording(
        "Devis {numero} accepté",
        "Bonjour {contact},\n\n"
        "Le devis {numero}, «\u00a0{objet}\u00a0», a été accepté le {signe_le} par {signataire}."
        "\n\nMontant\u00a0: {montant} TTC. La copie jointe porte la date, le nom et l’empreinte du "
        "document accepté\u00a0: gardez-la.\n\n" + _SIGNED,
    ),
    MailKind.CERTIFICATE: Wording(
        "Attestation fiscale {annee}\u00a0: {enseigne}",
        "Bonjour {contact},\n\n"
        "Vous trouverez ci-jointe votre attestation fiscale {numero}\u00a0: {montant} réglés en "
        "{annee} pour {duree} de services à la personne.\n\n"
        "Elle vous permet de demander le crédit d’impôt de l’article 199 sexdecies du code général "
        "des impôts dans votre déclaration de revenus. Gardez-la avec vos factures\u00a0: "
        "l’administration peut vous la demander.\n\n" + _SIGNED,
    ),
}


def blanks_of(kind: MailKind) -> tuple[str, ...]:
    """Return the blanks that a template of this kind may hold, in the order they are offered."""
    allowed = {*_ALWAYS, *_OF_KIND[kind]}
    return tuple(blank for blank in BLANKS if blank in allowed)


def check_wording(wording: Wording, *, kind: MailKind) -> None:
    """Refuse a template that would be sent with a hole, or without the way to the quote.

    :raises ValueError: a French sentence that says which blank, and those there are.
    """
    if not wording.subject.strip() or not wording.body.strip():
        raise ValueError("Écrivez un objet et un message.")
    if len(wording.subject) > LONGEST_SUBJECT or "\n" in wording.subject or "\r" in wording.subject:
        raise ValueError(f"L’objet tient en une ligne de {LONGEST_SUBJECT} signes.")
    if len(wording.body) > LONGEST_BODY:
        raise ValueError(f"Le message dépasse {LONGEST_BODY} signes. Raccourcissez-le.")
    allowed = blanks_of(kind)
    for text in (wording.subject, wording.body):
        for blank in _BLANK.findall(text):
            if blank not in allowed:
                raise ValueError(
                    f"Le champ «\u00a0{{{blank}}}\u00a0» n’existe pas. Champs possibles\u00a0: "
                    f"{', '.join(f'{{{name}}}' for name in allowed)}."
                )
        if "{" in (rest := _BLANK.sub("", text)) or "}" in rest:
            raise ValueError("Une accolade est seule. Un champ s’écrit entre deux\u00a0: {numero}.")
    if f"{{{LINK}}}" in wording.subject:
        raise ValueError("Le lien se met dans le message, pas dans l’objet.")
    if kind == MailKind.QUOTE and f"{{{LINK}}}" not in wording.body:
        raise ValueError("Le message doit contenir {lien}\u00a0: c’est là que le client accepte.")


def filled(wording: Wording, values: Mapping[str, str], *, keep: str = "") -> Wording:
    """Return the wording with its blanks filled; `keep` names the one left for later.

    A value is never read again for blanks: what a customer is called fills nothing.
    """

    def fill(text: str) -> str:
        said = _BLANK.sub(
            lambda found: found[0] if found[1] == keep else values.get(found[1], found[0]), text
        )
        return _BEFORE_A_COMMA.sub(",", said)

    return Wording(" ".join(fill(wording.subject).split()), fill(wording.body).strip())
