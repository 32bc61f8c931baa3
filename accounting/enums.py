"""The closed lists of the ledger. Labels are what screens show."""

from django.db.models import TextChoices


class AnalyticKind(TextChoices):
    ACTIVITY = "activity", "Enseigne"
    COOPERATIVE = "cooperative", "Coopérative"


class JournalKind(TextChoices):
    SALES = "sales", "Ventes"
    PURCHASES = "purchases", "Achats"
    BANK = "bank", "Banque"
    EXPENSES = "expenses", "Notes de dépenses"
    PAYROLL = "payroll", "Paie"
    MISC = "misc", "Opérations diverses"
    INTERNAL = "internal", "Opérations internes"


class ContributionBasis(TextChoices):
    """When the cooperative takes its contribution."""

    INVOICED = "invoiced", "À la facturation"
    CASHED = "cashed", "À l’encaissement"


class ContributionMeasure(TextChoices):
    """What the contribution is a share of."""

    TURNOVER = "turnover", "Chiffre d’affaires HT"
    LESS_RESALE = "less_resale", "Chiffre d’affaires HT moins les achats revendus"
    GROSS_MARGIN = "gross_margin", "Marge brute"


class AccountUse(TextChoices):
    """What a document needs an account for, where a cooperative or an activity has its own."""

    CUSTOMERS = "customers", "Clients"
    SERVICES = "services", "Ventes de prestations"
    GOODS = "goods", "Ventes de marchandises"
    EXPENSES = "expenses", "Notes de dépenses à rembourser"
    BANK = "bank", "Banque"
    INTERNAL = "internal", "Commandes internes"


class CostNature(TextChoices):
    """What a purchase is for: it decides whether it lowers the basis of the contribution."""

    OVERHEAD = "overhead", "Frais généraux"
    RESALE = "resale", "Achat revendu"
    MATERIALS = "materials", "Matières et fournitures du chantier"
    SUBCONTRACTING = "subcontracting", "Sous-traitance"
    MISSION = "mission", "Frais de mission"


class LevyKind(TextChoices):
    """Why a contribution was taken."""

    SHARE = "share", "Part du chiffre d’affaires"
    FEE = "fee", "Forfait mensuel"
    FLOOR = "floor", "Complément au plancher"
    DOCUMENT = "document", "Part au taux d’un document"


class Due(TextChoices):
    """Who is paid for everybody, month after month. In the order of the page."""

    URSSAF = "urssaf", "Urssaf"
    PENSION = "retraite", "Retraite complémentaire"
    HEALTH = "sante", "Complémentaire santé et prévoyance"
    OTHER = "autres", "Autres organismes sociaux"
    WITHHOLDING = "impot", "Prélèvement à la source"
    VAT = "tva", "TVA"


class TransferKind(TextChoices):
    """Whose debts are paid by transfer; the floor that owes them answers for its kind."""

    EXPENSES = "expenses", "Note de dépenses"


class TransferState(TextChoices):
    """Where one payment is. Waiting, it is in no batch; its batch decides of the rest."""

    WAITING = "waiting", "En attente"
    PENDING = "pending", "Dans un lot"
    PAID = "paid", "Payé"
    CANCELLED = "cancelled", "Annulé"


class BatchState(TextChoices):
    """Filled while open; closed, its file is for the bank; then what the bank did of it."""

    OPEN = "open", "Ouvert"
    CLOSED = "closed", "Fermé"
    EXECUTED = "executed", "Exécuté"
    CANCELLED = "cancelled", "Annulé"


class Position(TextChoices):
    """What a balance is to the person whose activity it is."""

    BANK = "bank", "En banque"
    VAT_DUE = "vat_due", "TVA à reverser"
    WAGES = "wages", "Salaires à virer"
    SOCIAL = "social", "Cotisations sociales dues"
    WITHHOLDING = "withholding", "Prélèvement à la source dû"
    SUPPLIERS = "suppliers", "Fournisseurs à payer"
    REFUNDS = "refunds", "Dépenses à rembourser"
    LINK = "link", "Dû à la coopérative"
    EXCHANGE = "exchange", "Commandes internes"
    CUSTOMERS = "customers", "Clients à encaisser"
    PROVISIONS = "provisions", "Mis en provision"
    OTHER = "other", "Autres"
