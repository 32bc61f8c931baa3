"""The words of the ground floor: rights, legal forms, what is stored."""

from django.db.models import TextChoices


class LegalForm(TextChoices):
    SCOP_SA = "scop_sa", "SCOP SA à capital variable"
    SCOP_SARL = "scop_sarl", "SCOP SARL à capital variable"
    SCOP_SAS = "scop_sas", "SCOP SAS à capital variable"
    SCIC_SA = "scic_sa", "SCIC SA à capital variable"
    SCIC_SARL = "scic_sarl", "SCIC SARL à capital variable"
    SCIC_SAS = "scic_sas", "SCIC SAS à capital variable"


class VatBasis(TextChoices):
    CASH = "cash", "sur les encaissements"
    ACCRUAL = "accrual", "d’après les débits"


class Right(TextChoices):
    """One act each; a role is a named set of them."""

    # One's own activity
    SELL = "sell", "Établir ses devis et ses factures"
    ISSUE_OWN = "issue_own", "Émettre seul ses factures, sous son plafond"
    SPEND = "spend", "Déclarer ses dépenses"
    CHOOSE_SALARY = "choose_salary", "Choisir son salaire"
    SEE_OWN = "see_own", "Voir sa trésorerie, ses bulletins et son parcours"
    # The cooperative's work
    SEE_SALES = "see_sales", "Voir les devis et les factures de tous"
    VALIDATE_INVOICE = "validate_invoice", "Valider les devis et les factures"
    VALIDATE_EXPENSE = "validate_expense", "Approuver les dépenses"
    RECORD_PAYMENT = "record_payment", "Enregistrer les encaissements et les remboursements"
    SEE_ACCOUNTS = "see_accounts", "Voir la comptabilité"
    CLOSE_PERIOD = "close_period", "Clôturer les mois"
    SEE_PEOPLE = "see_people", "Voir les entrepreneurs et leur parcours"
    MANAGE_PEOPLE = "manage_people", "Tenir les fiches et les contrats"
    RUN_PAYROLL = "run_payroll", "Préparer la paie"
    VALIDATE_PAYROLL = "validate_payroll", "Valider la paie et les virements"
    # Cooperative life
    STEER = "steer", "Piloter la coopérative"
    SEE_MEMBERS = "see_members", "Voir le registre des associés"
    SEE_ASSEMBLIES = "see_assemblies", "Voir les assemblées"
    # Settings
    CONFIGURE = "configure", "Régler la coopérative"
    INVITE = "invite", "Inviter des personnes et composer les rôles"
    SEE_AUDIT = "see_audit", "Voir qui a fait quoi"


#: Rights that show personal data of others: said to whoever composes a role (RGPD).
PERSONAL_DATA_RIGHTS = frozenset(
    {
        Right.SEE_PEOPLE,
        Right.MANAGE_PEOPLE,
        Right.RUN_PAYROLL,
        Right.VALIDATE_PAYROLL,
        Right.VALIDATE_EXPENSE,
        Right.SEE_AUDIT,
    }
)


class DocumentKind(TextChoices):
    VOUCHER = "voucher", "Justificatif"
    QUOTE = "quote", "Devis"
    AGREEMENT = "agreement", "Accord signé"
    INVOICE = "invoice", "Facture"
    PAYSLIP = "payslip", "Bulletin de paie"
    TRANSFERS = "transfers", "Fichier de virements"
    ARCHIVE = "archive", "Archive"
    LOGO = "logo", "Logo"
    EXPORT = "export", "Export"
    IMPORT = "import", "Fichier importé"
    DEPOSIT = "deposit", "Bordereau de remise"
    STATEMENT = "statement", "Relevé de compte"
    CERTIFICATE = "certificate", "Attestation d’assurance"
    RECEIPTED = "receipted", "Facture acquittée"
    TAX_CERTIFICATE = "tax", "Attestation fiscale"
    FOLDER = "folder", "Fichier d’un dossier"
    TERMS = "terms", "Conditions de vente"
    ATTACHMENT = "attachment", "Pièce jointe d’une facture"


class ExportStatus(TextChoices):
    WAITING = "waiting", "En préparation"
    READY = "ready", "Prêt"
    FAILED = "failed", "Arrêté"
    EXPIRED = "expired", "Expiré"


class ExportFormat(TextChoices):
    XLSX = "xlsx", "Tableur (.xlsx)"
    CSV = "csv", "Texte (.csv)"
    ZIP = "zip", "Archive (.zip)"


class LinkKind(TextChoices):
    """What a public page, reached without an account, is about."""

    QUOTE = "quote", "Devis à accepter"
    INVITATION = "invitation", "Invitation"
