"""What an entry did to the money of an activity, in the words of the person who runs it."""

from collections.abc import Mapping
from decimal import Decimal

from accounting.enums import JournalKind, Position
from cae.core.money import euros

#: What each position says when it takes money away, and when it gives some back.
_WORDS = {
    Position.BANK: ("{} sortis de la banque", "{} reçus en banque"),
    Position.VAT_DUE: ("{} de TVA à reverser", "{} de TVA en moins à reverser"),
    Position.WAGES: ("{} de salaire net à virer", "{} de salaire net en moins à virer"),
    Position.SOCIAL: ("{} de cotisations à payer", "{} de cotisations en moins à payer"),
    Position.WITHHOLDING: ("{} d’impôt prélevé à la source", "{} d’impôt en moins à verser"),
    Position.SUPPLIERS: ("{} à payer au fournisseur", "{} en moins à payer au fournisseur"),
    Position.REFUNDS: ("{} à rembourser", "{} en moins à rembourser"),
    Position.LINK: ("{} pour la coopérative", "{} rendus par la coopérative"),
    Position.EXCHANGE: (
        "{} versés dans la coopérative, sans passer par la banque",
        "{} reçus dans la coopérative, sans passer par la banque",
    ),
}

_EVENTS = {
    JournalKind.SALES: "Facture émise",
    JournalKind.PURCHASES: "Facture de fournisseur",
    JournalKind.EXPENSES: "Dépenses approuvées",
    JournalKind.PAYROLL: "Paie",
    JournalKind.MISC: "Écriture de la coopérative",
}


def explanation(kind: JournalKind, moves: Mapping[Position, Decimal]) -> str:
    """Return a French sentence: what happened, and what it gave or took, position by position.

    :param kind: of the journal the entry is in.
    :param moves: debit less credit in EUR by position: what it gave, negative when it took.
    """
    said = [
        words[amount > 0].format(euros(abs(amount)))
        for position, words in _WORDS.items()
        if (amount := moves.get(position))
    ]
    return f"{_event(kind, moves)}\u00a0: {', '.join(said)}."


def _event(kind: JournalKind, moves: Mapping[Position, Decimal]) -> str:
    if kind == JournalKind.BANK:
        return "Argent reçu" if moves.get(Position.BANK, 0) > 0 else "Argent sorti"
    if kind == JournalKind.INTERNAL and Position.EXCHANGE in moves:
        return "Commande interne"
    if kind == JournalKind.INTERNAL:
        is_taken = moves.get(Position.LINK, 0) < 0
        return "Contribution coopérative" if is_taken else "Contribution rendue"
    return _EVENTS[kind]
