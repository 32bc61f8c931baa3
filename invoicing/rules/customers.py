"""What a customer's record must say before a document may."""

from __future__ import annotations


def missing_on_invoices(
    *, kind: str, siren: str, siret: str, town: str, vat_number: str, email: str
) -> list[str]:
    """Return what an invoice to this customer would lack, in French, the gravest first.

    Sources: CGI annexe II art. 242 nonies A, I, 1° (name, address and SIREN of the customer);
    arrêté du 9 décembre 2016 (Chorus Pro wants a SIRET); AFNOR XP Z12-012, BT-49.
    """
    missing = []
    if not town:
        missing.append("l’adresse")
    if kind == "public" and not siret:
        missing.append("le SIRET, que Chorus Pro demande")
    if kind == "company" and not siren:
        missing.append("le SIREN ou le SIRET")
    if kind == "foreign" and not vat_number:
        missing.append("le numéro de TVA, s’il en a un")
    if kind in ("individual", "foreign") and not email:
        missing.append("un courriel, où recevoir ses factures")
    return missing
