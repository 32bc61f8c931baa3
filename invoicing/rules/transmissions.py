"""The deposit of an issued invoice: where it goes, what it lacks, what an answer must say.

Sources: CGI art. 289 bis and 290; AFNOR XP Z12-012, rules BR-FR-CDV-14 (cashed, per rate) and
BR-FR-CDV-CL-09 (closed list of reasons); ordonnance 2021-1190.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from cae.core.money import split
from invoicing.enums import TransmissionStatus, TransmissionTarget

#: Nothing follows these: a new deposit, or a credit note and another invoice.
OVER = frozenset(
    {
        TransmissionStatus.DROPPED,
        TransmissionStatus.REFUSED,
        TransmissionStatus.REJECTED,
        TransmissionStatus.INADMISSIBLE,
    }
)
#: The invoice may be deposited again after these: nobody took it.
OPEN_AGAIN = frozenset({TransmissionStatus.DROPPED, TransmissionStatus.INADMISSIBLE})
#: What a wait may become.
FIRST = frozenset(
    {
        TransmissionStatus.DEPOSITED,
        TransmissionStatus.REJECTED,
        TransmissionStatus.INADMISSIBLE,
        TransmissionStatus.DROPPED,
    }
)
#: What must say why, from the list below.
WITH_REASON = frozenset(
    {
        TransmissionStatus.PARTLY_APPROVED,
        TransmissionStatus.DISPUTED,
        TransmissionStatus.SUSPENDED,
        TransmissionStatus.REFUSED,
        TransmissionStatus.REJECTED,
        TransmissionStatus.INADMISSIBLE,
    }
)
#: Somebody has to do something.
TO_HANDLE = frozenset(
    {
        TransmissionStatus.PARTLY_APPROVED,
        TransmissionStatus.DISPUTED,
        TransmissionStatus.SUSPENDED,
        TransmissionStatus.REFUSED,
        TransmissionStatus.REJECTED,
        TransmissionStatus.UNROUTED,
        TransmissionStatus.INADMISSIBLE,
    }
)
#: BR-FR-CDV-CL-09, the list of the V1.4.0 schematron.
REASONS = {
    "ADR_ERR": "Adresse de facturation électronique erronée",
    "ART_ERR": "Article facturé inconnu ou erroné",
    "AUTRE": "Autre motif, à écrire",
    "CALCUL_ERR": "Erreur de calcul",
    "CMD_ERR": "Numéro de commande absent ou erroné",
    "CODE_ROUTAGE_ERR": "Code de routage absent ou erroné",
    "CONTACT_ACHTR": "À voir avec l’acheteur",
    "CONTRAT_TERM": "Contrat terminé",
    "COORD_BANC_ERR": "Coordonnées bancaires erronées",
    "DEST_ERR": "Destinataire erroné",
    "DEST_INC": "Destinataire inconnu",
    "DOUBLE_FACT": "Déjà facturé",
    "DOUBLON": "Facture déjà reçue",
    "EMMET_INC": "Émetteur inconnu",
    "IRR_ANTIVIRUS": "Fichier arrêté par l’antivirus",
    "IRR_EXT_DOC": "Extension du fichier non admise",
    "IRR_NOM_F": "Nom du fichier non admis",
    "IRR_NOM_PJ": "Nom d’une pièce jointe non admis",
    "IRR_SYNTAX": "Syntaxe du fichier erronée",
    "IRR_TAILLE_F": "Fichier trop lourd",
    "IRR_TAILLE_PJ": "Pièce jointe trop lourde",
    "IRR_TYPE_F": "Type de fichier non admis",
    "IRR_VIDE_F": "Fichier vide",
    "IRR_VID_PJ": "Pièce jointe vide",
    "JUSTIF_ABS": "Justificatif absent",
    "LIVR_INCOMP": "Livraison incomplète",
    "MODPAI_ERR": "Mode de paiement erroné",
    "MONTANTTOTAL_ERR": "Montant total erroné",
    "NON_CONFORME": "Facture non conforme",
    "NON_TRANSMISE": "Facture non transmise",
    "PU_ERR": "Prix unitaire erroné",
    "QTE_ERR": "Quantité erronée",
    "QUALITE_ERR": "Qualité contestée",
    "REF_CT_ABSENT": "Référence du contrat absente",
    "REF_ERR": "Référence erronée",
    "REJ_ADR": "Contrôle d’adresse en échec",
    "REJ_ASS_PJ": "Pièce jointe mal rattachée",
    "REJ_COH": "Contrôle de cohérence en échec",
    "REJ_CONT_B2G": "Contrôle du secteur public en échec",
    "REJ_REF_PJ": "Référence de pièce jointe en échec",
    "REJ_SEMAN": "Contrôle de contenu en échec",
    "REJ_UNI": "Contrôle d’unicité en échec",
    "REM_ERR": "Remise erronée",
    "RETRAIT_MAN_SERV": "Retirée par le service",
    "ROUTAGE_ERR": "Erreur de routage",
    "SIRET_ERR": "SIRET absent ou erroné",
    "ST_CT_NON_DECLAR": "Sous-traitant ou contrat non déclaré",
    "SUPPR_COMP_AVOIR": "Supprimée par un avoir",
    "TRANSAC_INC": "Transaction inconnue",
    "TRANSF_PMNT_REGIE": "Paiement passé en régie",
    "TX_TVA_ERR": "Taux de TVA erroné",
}


def target_of(treatment: str, *, is_public: bool) -> TransmissionTarget | None:
    """Return where an invoice is deposited, None where it is reported otherwise or not at all.

    Public bodies are reached through Chorus Pro; a business of France through a platform;
    individuals and customers abroad are reported in sums (e-reporting).

    :param treatment: the BAR note of the document.
    """
    if is_public:
        return TransmissionTarget.CHORUS
    return TransmissionTarget.PLATFORM if treatment == "B2B" else None


def tells_cashed(document: Mapping[str, Any]) -> bool:
    """Tell whether the State is told when it is paid: VAT due on receipts (CGI art. 269, 2).

    Services, unless the seller chose the debits; goods for their deposits only.
    """
    if not any(Decimal(row["tax"]) for row in document["vat_rows"]):
        return False
    if document["type_code"] == "386" and document["process"].startswith("B"):
        return True
    return document.get("vat_basis") == "cash" and not document["process"].startswith("B")


def percent_of(rate: Decimal) -> str:
    """Return `5.5` for the fraction 0.055, as the platform is told."""
    return f"{(rate * 100).normalize():f}"


def cashed_by_rate(
    amount: Decimal, vat_rows: Sequence[Mapping[str, Any]]
) -> list[tuple[str, Decimal]]:
    """Return a receipt shared between the VAT rates of its invoice, VAT included, in EUR.

    In proportion to what each rate comes to; the shares add up to the receipt to the cent.
    Negative for money given back.
    """
    weights = [Decimal(row["basis"]) + Decimal(row["tax"]) for row in vat_rows]
    shares = split(amount, weights)
    summed: dict[str, Decimal] = {}
    for row, share in zip(vat_rows, shares, strict=True):
        rate = percent_of(Decimal(row["rate"]))
        summed[rate] = summed.get(rate, Decimal(0)) + share
    return sorted(((rate, share) for rate, share in summed.items() if share), reverse=True)


@dataclass(frozen=True, slots=True)
class ChorusNeeds:
    """What a cooperative asks of an invoice before it goes to Chorus Pro."""

    service: bool = False
    commitment: bool = False


def missing_for_chorus(document: Mapping[str, Any], needs: ChorusNeeds) -> list[str]:
    """Return what Chorus Pro would miss, in French; the SIRET of the body is always asked for."""
    missing = []
    if not document["customer"]["siret"]:
        missing.append("le SIRET de l’administration")
    if needs.service and not document["buyer_reference"]:
        missing.append("le code service")
    if needs.commitment and not document["order_reference"]:
        missing.append("le numéro d’engagement")
    return missing


def may_follow(status: str, code: str) -> bool:
    """Tell whether a status may come after another; a trigger says the same."""
    if status in OVER:
        return False
    if status == TransmissionStatus.WAITING:
        return code in FIRST
    return code not in (TransmissionStatus.WAITING, TransmissionStatus.DROPPED)


def offered_after(status: str) -> list[TransmissionStatus]:
    """Return the statuses a person may write after this one, in the order of their codes."""
    return [
        code
        for code in TransmissionStatus
        if may_follow(status, code)
        and code not in (status, TransmissionStatus.CASHED, TransmissionStatus.DROPPED)
    ]


def is_deposited_since(issued_on: date, since: date | None) -> bool:
    """Tell whether an invoice of that day is deposited: the obligation has its first day."""
    return since is not None and issued_on >= since


_WAITS = (5, 15, 60, 240, 720, 1440, 1440)


def next_try(attempts: int, *, at: datetime) -> datetime | None:
    """Return when a deposit that failed is tried again, None once a person must look.

    :param attempts: those made, at least one.
    """
    if attempts > len(_WAITS):
        return None
    return at + timedelta(minutes=_WAITS[attempts - 1])


def next_look(sent_at: datetime, *, at: datetime) -> datetime:
    """Return when a platform is asked again what became of a deposit: less and less often."""
    age = at - sent_at
    if age < timedelta(days=2):
        return at + timedelta(hours=1)
    return at + (timedelta(hours=12) if age < timedelta(days=60) else timedelta(days=7))


def reason_label(code: str) -> str:
    """Return the words of a reason; of one we do not know, its code."""
    return REASONS.get(code, code)


def known_reasons() -> Collection[tuple[str, str]]:
    """Return the reasons by their words, « other » last."""
    rows = sorted(REASONS.items(), key=lambda row: (row[0] == "AUTRE", row[1]))
    return [(code, f"{label} ({code})") for code, label in rows]
