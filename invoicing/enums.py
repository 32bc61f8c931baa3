"""The closed lists of sales and expenses. Labels are what screens show."""

from django.db.models import TextChoices


class QuoteStatus(TextChoices):
    DRAFT = "draft", "Brouillon"
    SENT = "sent", "Envoyé"
    ACCEPTED = "accepted", "Accepté"
    REFUSED = "refused", "Refusé"
    EXPIRED = "expired", "Expiré"


class InvoiceKind(TextChoices):
    INVOICE = "invoice", "Facture"
    CREDIT_NOTE = "credit_note", "Avoir"


class InvoiceStatus(TextChoices):
    DRAFT = "draft", "Brouillon"
    SUBMITTED = "submitted", "À valider"
    ISSUED = "issued", "Émise"


class ExpenseSheetStatus(TextChoices):
    DRAFT = "draft", "Brouillon"
    SUBMITTED = "submitted", "À valider"
    APPROVED = "approved", "Approuvée"
    REFUNDED = "refunded", "Remboursée"
    WAIVED = "waived", "Abandonnée"


class VatCategory(TextChoices):
    """EN 16931 VAT category (BT-151), subset of UNCL 5305."""

    STANDARD = "S", "Taxé"
    ZERO_RATED = "Z", "Taux zéro"
    EXEMPT = "E", "Exonéré"
    REVERSE_CHARGE = "AE", "Autoliquidation"
    INTRA_EU = "K", "Livraison intracommunautaire"
    EXPORT = "G", "Exportation"
    OUT_OF_SCOPE = "O", "Hors champ de la TVA"
