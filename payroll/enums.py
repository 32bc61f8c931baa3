from django.db.models import TextChoices


class Section(TextChoices):
    """The headings of a « rénové » payslip, in their legal order.

    Source: arrêté du 25 février 2016, art. 1, as changed by the arrêté du 11 août 2025.
    """

    HEALTH = "health", "Santé"
    ACCIDENTS = "accidents", "Accidents du travail et maladies professionnelles"
    RETIREMENT = "retirement", "Retraite"
    FAMILY = "family", "Famille"
    UNEMPLOYMENT = "unemployment", "Assurance chômage"
    APEC = "apec", "Apec"
    OTHER_EMPLOYER = "other_employer", "Autres charges dues par l’employeur"
    CSG_DEDUCTIBLE = "csg_deductible", "CSG déductible de l’impôt sur le revenu"
    CSG_NON_DEDUCTIBLE = (
        "csg_non_deductible",
        "CSG et CRDS non déductibles de l’impôt sur le revenu",
    )
    RELIEF = "relief", "Exonérations et allègements de cotisations"
    OPTIONAL = "optional", "Cotisations facultatives"


class Fund(TextChoices):
    """Who collects a contribution: what the entries of a payslip are grouped by."""

    URSSAF = "urssaf", "Urssaf"
    PENSION = "pension", "Agirc-Arrco"
    HEALTH = "health", "Mutuelle"
    INSURANCE = "insurance", "Prévoyance"
    HOUSING = "housing", "Action Logement"


class TaxZone(TextChoices):
    """Where the person lives for tax: each zone has its own grid of neutral rates (CGI 204 H)."""

    MAINLAND = "metropole", "Métropole"
    ISLANDS = "guadeloupe_reunion_martinique", "Guadeloupe, La Réunion, Martinique"
    GUYANE_MAYOTTE = "guyane_mayotte", "Guyane, Mayotte"


class WithholdingKind(TextChoices):
    NEUTRAL = "neutral", "Taux neutre"
    INDIVIDUAL = "individual", "Taux personnalisé"


class Hours(TextChoices):
    """How the SMIC of the reduction is prorated.

    A CESA has no working time: its hours are deduced from its gross, up to full time. Whether
    month by month or over the year awaits an expert's word, so it is a setting.
    """

    CONTRACT = "contract", "Temps de travail du contrat"
    MONTHLY = "monthly", "Heures équivalentes, mois par mois"
    YEARLY = "yearly", "Heures équivalentes, sur l’année"


class HoursSmic(TextChoices):
    """The SMIC that turns a gross into equivalent hours; it awaits an expert's word too."""

    REDUCTION = "reduction", "SMIC de la réduction générale"
    CURRENT = "current", "SMIC du mois"


class SalaryMode(TextChoices):
    """What a person may fix when choosing the pay of a month."""

    GROSS = "gross", "Un salaire brut"
    NET = "net", "Un net avant impôt"
    NET_PAID = "net_paid", "Un net versé"
    COST = "cost", "Un coût total"
    ALL = "all", "Tout ce que je peux"


class RunStatus(TextChoices):
    """Where a month of pay stands."""

    OPEN = "open", "Ouverte"
    COMPUTED = "computed", "Calculée"
    VALIDATED = "validated", "Validée"
    PAID = "paid", "Payée"


class PayslipStatus(TextChoices):
    DRAFT = "draft", "À valider"
    VALIDATED = "validated", "Validé"
    PAID = "paid", "Payé"


class ControlLevel(TextChoices):
    """What a control asks of the payroll officer before a payslip is validated."""

    NOTICE = "notice", "À savoir"
    CHECK = "check", "À vérifier"
    BLOCK = "block", "Bloquant"


class ControlCode(TextChoices):
    """What a payroll run looks for in each payslip. Labels are what a row shows."""

    NO_ACTIVITY = "no_activity", "Aucune enseigne"
    OVERDRAWN = "overdrawn", "Solde négatif"
    NEGATIVE_NET = "negative_net", "Net négatif"
    NO_IBAN = "no_iban", "IBAN manquant"
    CHOICE_IMPOSSIBLE = "choice_impossible", "Choix impossible"
    EARLIER_MONTH = "earlier_month", "Mois précédent à valider"
    LATER_MONTH = "later_month", "Mois suivant déjà validé"
    IN_THE_RED = "in_the_red", "Compte à découvert"
    USES_RESERVE = "uses_reserve", "Entame la réserve"
    IBAN_CHANGED = "iban_changed", "IBAN modifié"
    BELOW_FIXED_PART = "below_fixed_part", "Sous la part fixe"
    NO_NIR = "no_nir", "Numéro de sécurité sociale manquant"
    VARIATION = "variation", "Variation"
    PENDING_EXPENSE = "pending_expense", "Dépense en attente"
    CHOICE_REDUCED = "choice_reduced", "Choix ramené au possible"
    UNSPENT = "unspent", "Budget non dépensé"


class RowState(TextChoices):
    """Where a payslip stands in the table of a run."""

    TO_CHECK = "to_check", "À vérifier"
    BLOCKED = "blocked", "Bloquées"
    READY = "ready", "Prêtes"
    VALIDATED = "validated", "Validées"
