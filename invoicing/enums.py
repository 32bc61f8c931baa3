"""The closed lists of sales and expenses. Labels are what screens show."""

from django.db.models import TextChoices


class QuoteStatus(TextChoices):
    DRAFT = "draft", "Brouillon"
    SENT = "sent", "Envoyé"
    ACCEPTED = "accepted", "Accepté"
    REFUSED = "refused", "Refusé"
    EXPIRED = "expired", "Expiré"
    WITHDRAWN = "withdrawn", "Annulé"


class QuoteReview(TextChoices):
    """Where a draft is with the support staff, in a cooperative that reads quotes first."""

    NONE = "", "À écrire"
    SUBMITTED = "submitted", "À valider"
    VALIDATED = "validated", "Validé"


class InvoiceKind(TextChoices):
    """What is billed, and how: everything but a credit note is owed by the customer."""

    INVOICE = "invoice", "Facture"
    DEPOSIT = "deposit", "Facture d’acompte"
    PROGRESS = "progress", "Facture de situation"
    FINAL = "final", "Facture de solde"
    CORRECTIVE = "corrective", "Facture rectificative"
    CREDIT_NOTE = "credit_note", "Avoir"


class Entry(TextChoices):
    """How prices are typed. What is kept, posted and printed is always without VAT as well."""

    NET = "net", "Prix hors taxes"
    GROSS = "gross", "Prix toutes taxes comprises"


class ScheduleShown(TextChoices):
    """What a quote prints of its payment schedule."""

    ALL = "all", "En entier"
    UNDATED = "undated", "Sans les dates"
    SUMMARY = "summary", "En une phrase"
    NONE = "none", "Rien"


class InvoiceStatus(TextChoices):
    DRAFT = "draft", "Brouillon"
    SUBMITTED = "submitted", "À valider"
    ISSUED = "issued", "Émise"


class InternalOrderStatus(TextChoices):
    DRAFT = "draft", "Brouillon"
    PROPOSED = "proposed", "Proposée"
    ACCEPTED = "accepted", "Acceptée"
    REFUSED = "refused", "Refusée"
    CANCELLED = "cancelled", "Annulée"


class MailKind(TextChoices):
    """What a mail to a customer is about; each kind has its words."""

    QUOTE = "quote", "Envoi d’un devis"
    INVOICE = "invoice", "Envoi d’une facture"
    CREDIT_NOTE = "credit_note", "Envoi d’un avoir"
    SIGNED_QUOTE = "signed_quote", "Copie d’un devis signé"
    CERTIFICATE = "certificate", "Envoi d’une attestation fiscale"


class MailState(TextChoices):
    QUEUED = "queued", "En attente"
    SENT = "sent", "Parti"
    FAILED = "failed", "Non parti"


class Side(TextChoices):
    """Who speaks about a quote."""

    CLIENT = "client", "Client"
    TEAM = "team", "Nous"


class AgreementMeans(TextChoices):
    CODE = "code", "En ligne, par un code à usage unique"
    PAPER = "paper", "Reçu autrement"


class Restart(TextChoices):
    """When the counter of a series begins again."""

    YEAR = "year", "Chaque année"
    MONTH = "month", "Chaque mois"
    NEVER = "never", "Jamais"


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


class CustomerKind(TextChoices):
    COMPANY = "company", "Entreprise ou association"
    PUBLIC = "public", "Organisme public"
    INDIVIDUAL = "individual", "Particulier"
    FOREIGN = "foreign", "Client étranger"


class Nature(TextChoices):
    """What a line sells: decides its account, and mention 8 bis of the invoice."""

    SERVICES = "services", "Prestation de services"
    GOODS = "goods", "Vente de biens"


class Unit(TextChoices):
    """UN/ECE recommendation 20 codes, with the word printed beside a quantity of one."""

    PIECE = "C62", "pièce"
    LUMP_SUM = "LS", "forfait"
    DAY = "DAY", "jour"
    HOUR = "HUR", "heure"
    MINUTE = "MIN", "minute"
    WEEK = "WEE", "semaine"
    MONTH = "MON", "mois"
    YEAR = "ANN", "an"
    PERSON = "IE", "personne"
    WORD = "D68", "mot"
    PAGE = "ZP", "page"
    METRE = "MTR", "mètre"
    KILOMETRE = "KMT", "kilomètre"
    SQUARE_METRE = "MTK", "m²"
    CUBIC_METRE = "MTQ", "m³"
    KILOGRAM = "KGM", "kilogramme"
    GRAM = "GRM", "gramme"
    TONNE = "TNE", "tonne"
    LITRE = "LTR", "litre"
    SET = "SET", "lot"
    PAIR = "PR", "paire"
    BOX = "BX", "boîte"
    KILOWATT_HOUR = "KWH", "kWh"


class PaymentMeans(TextChoices):
    TRANSFER = "transfer", "Virement"
    CARD = "card", "Carte"
    CHEQUE = "cheque", "Chèque"
    CASH = "cash", "Espèces"
    DEBIT = "debit", "Prélèvement"
    # Services à la personne: what the yearly certificate tells apart.
    CESU = "cesu", "CESU préfinancé"
    ADVANCE = "advance", "Avance immédiate"
    OTHER = "other", "Autre moyen"
    # No money at all: a few cents that nobody will ask for, or give back.
    GAP = "gap", "Petite différence"


#: What somebody may say that money came by.
RECEIVED_BY = [choice for choice in PaymentMeans.choices if choice[0] != PaymentMeans.GAP]


class StatementFormat(TextChoices):
    CAMT = "camt", "CAMT.053"
    OFX = "ofx", "OFX"


class ReleaseCause(TextChoices):
    """Why a retention is given back (law 71-584, art. 1 and 2)."""

    TERM = "term", "Un an écoulé sans opposition"
    AGREED = "agreed", "Mainlevée du client"
    GUARANTEE = "guarantee", "Caution bancaire"


class ClosedSpan(TextChoices):
    """What a closing covers."""

    DAY = "day", "Journée"
    MONTH = "month", "Mois"
    YEAR = "year", "Exercice"


class ExpenseKind(TextChoices):
    """How an expense is entered: an amount with its voucher, or a distance."""

    EXPENSE = "expense", "Dépense avec justificatif"
    MILEAGE = "mileage", "Indemnité kilométrique"


class Vehicle(TextChoices):
    CAR = "car", "Voiture"
    ELECTRIC_CAR = "electric_car", "Voiture électrique"
    MOTORCYCLE = "motorcycle", "Moto"
    ELECTRIC_MOTORCYCLE = "electric_motorcycle", "Moto électrique"
    MOPED = "moped", "Cyclomoteur"
    ELECTRIC_MOPED = "electric_moped", "Cyclomoteur électrique"


class MentionCase(TextChoices):
    """When a mention is proposed."""

    ALWAYS = "always", "Toujours"
    INDIVIDUAL = "individual", "Client particulier"
    COMPANY = "company", "Client professionnel"
    PUBLIC = "public", "Organisme public"
    TRAINING = "training", "Formation exonérée de TVA"
    GOODS = "goods", "Vente de biens"
    BUILDING = "building", "Bâtiment"
    PERSONAL = "personal", "Services à la personne"
    OFF_PREMISES = "off_premises", "Vente hors établissement"
    BY_HAND = "by_hand", "Choisie à la main"


class LetterKind(TextChoices):
    """What a contact of a customer may receive."""

    QUOTES = "quotes", "Devis"
    INVOICES = "invoices", "Factures, avoirs et relevés"
    REMINDERS = "reminders", "Relances"


class ImportStatus(TextChoices):
    """Where a file of customers is."""

    MAPPING = "mapping", "Colonnes à reconnaître"
    CHECKING = "checking", "Vérification"
    CHECKED = "checked", "Vérifié"
    APPLYING = "applying", "Import en cours"
    DONE = "done", "Importé"
    FAILED = "failed", "Arrêté"


class RecurrenceUnit(TextChoices):
    WEEK = "week", "semaine"
    MONTH = "month", "mois"
    YEAR = "year", "an"


class Covered(TextChoices):
    """The period that a recurring invoice is for, from its date."""

    AHEAD = "ahead", "La période qui commence à cette date"
    BEHIND = "behind", "La période qui se termine à cette date"
    CALENDAR = "calendar", "Des mois entiers, jusqu’à celui de cette date"


class RecurrenceMode(TextChoices):
    REVIEW = "review", "À relire"
    AUTOMATIC = "automatic", "Automatique"


class RecurrenceStatus(TextChoices):
    ACTIVE = "active", "En cours"
    PAUSED = "paused", "En pause"
    STOPPED = "stopped", "Arrêtée"
    ENDED = "ended", "Terminée"


class OccurrenceOutcome(TextChoices):
    """What became of a date of a recurrence."""

    MADE = "made", "Faite"
    SKIPPED = "skipped", "Sautée"
    DISCARDED = "discarded", "Brouillon supprimé"


class RunStatus(TextChoices):
    """Where a bulk making of yearly certificates is."""

    WAITING = "waiting", "En cours"
    DONE = "done", "Terminée"
    FAILED = "failed", "Arrêtée"


class TransmissionTarget(TextChoices):
    """Where an issued invoice is deposited: for businesses, or for public bodies."""

    PLATFORM = "platform", "Plateforme agréée"
    CHORUS = "chorus", "Chorus Pro"


class TransmissionRoute(TextChoices):
    """How an invoice reaches where it is deposited."""

    NONE = "none", "Aucun dépôt"
    MANUAL = "manual", "À la main"
    API = "api", "Par une API"


class TransmissionStatus(TextChoices):
    """Where a deposited invoice stands: official codes of its life, but two that are ours.

    Source: AFNOR XP Z12-012, life cycle; the codes 201 and 209 are to confirm.
    """

    WAITING = "waiting", "À déposer"
    DROPPED = "dropped", "Mise de côté"
    DEPOSITED = "200", "Déposée"
    ISSUED = "201", "Émise par la plateforme"
    RECEIVED = "202", "Reçue par la plateforme du client"
    AVAILABLE = "203", "Mise à disposition"
    TAKEN = "204", "Prise en charge"
    APPROVED = "205", "Approuvée"
    PARTLY_APPROVED = "206", "Approuvée en partie"
    DISPUTED = "207", "En litige"
    SUSPENDED = "208", "Suspendue"
    COMPLETED = "209", "Complétée"
    REFUSED = "210", "Refusée"
    PAYMENT_SENT = "211", "Paiement transmis"
    CASHED = "212", "Encaissée"
    REJECTED = "213", "Rejetée"
    UNROUTED = "221", "Erreur de routage"
    INADMISSIBLE = "501", "Irrecevable"


class EventSource(TextChoices):
    """Who said that an invoice went from one status to the next."""

    HAND = "hand", "Noté à la main"
    PLATFORM = "platform", "Lu sur la plateforme"
    HOUSE = "house", "Fait par Alvéole"
