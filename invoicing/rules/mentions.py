"""When a mention is proposed, and the ones a new cooperative starts with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from invoicing.enums import CustomerKind, MentionCase, Nature

#: The code of the VAT choice of training, CGI art. 261, 4, 4°.
TRAINING = "training"


def cases_of(
    customer_kind: str, *, natures: Collection[str], vats: Collection[str]
) -> frozenset[str]:
    """Return the cases a document shows by itself; the others are a person's to tell.

    :param vats: codes of the VAT choices of its lines.
    """
    found = {MentionCase.ALWAYS}
    if customer_kind == CustomerKind.INDIVIDUAL:
        found.add(MentionCase.INDIVIDUAL)
    else:
        found.add(MentionCase.COMPANY)
    if customer_kind == CustomerKind.PUBLIC:
        found.add(MentionCase.PUBLIC)
    if TRAINING in vats:
        found.add(MentionCase.TRAINING)
    if Nature.GOODS in natures:
        found.add(MentionCase.GOODS)
    return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedMention:
    title: str
    text: str
    case: str
    on_quotes: bool = True
    on_invoices: bool = True
    is_default: bool = False


#: To confirm by each cooperative: its mediator and its insurer are its own.
OFFERED = (
    OfferedMention(
        title="Médiation de la consommation",
        text="En cas de litige, le client consommateur peut saisir gratuitement le médiateur de "
        "la consommation dont relève la coopérative (C. conso. L612-1 et L616-1)\u00a0: "
        "[nom, adresse et site du médiateur].",
        case=MentionCase.INDIVIDUAL,
        is_default=True,
    ),
    OfferedMention(
        title="Rétractation de 14 jours",
        text="Contrat conclu hors établissement\u00a0: le client dispose de 14 jours pour se "
        "rétracter, sans motif, par une déclaration dénuée d’ambiguïté ou le formulaire joint "
        "(C. conso. L221-18). Aucun paiement n’est dû pendant 7 jours (C. conso. L221-10).",
        case=MentionCase.OFF_PREMISES,
        on_invoices=False,
    ),
    OfferedMention(
        title="Formation professionnelle",
        text="Action de formation au sens des articles L6313-1 et suivants du Code du travail. "
        "Déclaration d’activité enregistrée sous le numéro [numéro] auprès du préfet de "
        "région\u00a0; cet enregistrement ne vaut pas agrément de l’État.",
        case=MentionCase.TRAINING,
        is_default=True,
    ),
    OfferedMention(
        title="Assurance décennale",
        text="Assurance de responsabilité décennale (C. assur. L241-1 et L243-2)\u00a0: [assureur, "
        "coordonnées, couverture géographique].",
        case=MentionCase.BUILDING,
    ),
    OfferedMention(
        title="Déchets de chantier",
        text="Gestion et enlèvement des déchets (C. envir. L541-21-2-3 et D541-45-1)\u00a0: "
        "quantité estimée [tonnes], modalités de tri [modalités], point de collecte [nom et "
        "adresse], coût [montant].",
        case=MentionCase.BUILDING,
        on_invoices=False,
    ),
    OfferedMention(
        title="TVA à taux réduit dans un logement",
        text="Le client atteste que les travaux portent sur un logement achevé depuis plus de deux "
        "ans et répondent aux conditions de l’article 279-0 bis ou 278-0 bis A du CGI.",
        case=MentionCase.BUILDING,
    ),
    OfferedMention(
        title="Services à la personne",
        text="Prestation de services à la personne déclarée sous le numéro [numéro], qui peut "
        "ouvrir droit à un crédit d’impôt (CGI, art. 199 sexdecies).",
        case=MentionCase.PERSONAL,
    ),
    OfferedMention(
        title="Réserve de propriété",
        text="Les biens restent la propriété du vendeur jusqu’au paiement complet de leur prix "
        "(C. civ. 2367).",
        case=MentionCase.GOODS,
    ),
    OfferedMention(
        title="Dépôt sur Chorus Pro",
        text="Facture transmise par Chorus Pro (C. com. publ. L2192-1).",
        case=MentionCase.PUBLIC,
        on_quotes=False,
    ),
)
