"""What a refused electronic invoice is told to a person: what is wrong, and what to do."""

from __future__ import annotations

import re

_DATA = "Les données de la facture ne suivent pas la norme européenne."
_FILE = "Le fichier PDF ne peut pas être archivé, ou porte mal les données de la facture."
_FIGURES = "Un montant de la facture électronique n’est pas juste au centime."
_NO_VAT_NUMBER = "Il manque le numéro de TVA de la coopérative\u00a0: complétez ses réglages."
_PAGE = "La page imprimée et les données de la facture ne disent pas la même chose."

#: By the first letters of the code of a check, the longest first.
_BY_CHECK = {
    "PAGE": _PAGE,
    "CENT": _FIGURES,
    "KEY-IBAN": "L’IBAN de la coopérative est faux.",
    "KEY-SIRET": "Un SIRET est faux.",
    "KEY-SIREN": "Un SIREN est faux.",
    "KEY-VAT": "Un numéro de TVA français ne correspond pas au SIREN.",
    "PDF": _FILE,
    "XMP": _FILE,
    "ATTACHMENT": _FILE,
}

#: What the schematrons refuse and a person can mend, by the number of the rule.
_BY_RULE = {
    **dict.fromkeys(("BR-S-02", "BR-E-02", "BR-G-02"), _NO_VAT_NUMBER),
    "BR-AE-02": "Une autoliquidation demande le numéro de TVA ou le SIREN du client.",
    "BR-IC-02": "Une livraison dans l’Union demande le numéro de TVA du client.",
    "BR-FR-10": "Il manque le SIREN de la coopérative\u00a0: complétez ses réglages.",
    "BR-FR-11": "Il manque le SIREN du client.",
    "BR-FR-12": "Il manque l’adresse de facturation électronique du client.",
    "BR-FR-21": "L’adresse de facturation électronique du client ne commence pas par son SIREN.",
    "BR-FR-23": "Une adresse de facturation électronique porte un signe interdit.",
    "BR-CO-09": "Un numéro de TVA ne commence pas par les deux lettres de son pays.",
}
_RULE = re.compile(r"\bBR-(?:[A-Z]{1,3}-)?[0-9]{1,2}\b")


def plain_fault(code: str, message: str) -> str:
    """Return a sentence in French for a fault; the French rules already speak French."""
    for rule in _RULE.findall(message):
        if rule in _BY_RULE:
            return _BY_RULE[rule]
    if code == "BR-FR" and " : " in message:
        return message.split(" : ", 1)[1].replace(" :", "\u00a0:")
    return next((said for start, said in _BY_CHECK.items() if code.startswith(start)), _DATA)


def plain_faults(faults: list[tuple[str, str]]) -> list[str]:
    """Return the sentences of several faults, each once, in their order."""
    return list(dict.fromkeys(plain_fault(code, message) for code, message in faults))
