"""The closed lists of the path: where a person stands, what marks it, what binds them."""

from django.db.models import TextChoices


class Situation(TextChoices):
    """Where a person stands in their path. In the order of the path."""

    CANDIDATE = "candidate", "Candidat·e"
    SUPPORTED = "supported", "Accompagné·e"
    EMPLOYEE = "employee", "Salarié·e"
    MEMBER = "member", "Associé·e"
    LEFT = "left", "Sorti·e"


class StepKind(TextChoices):
    """What is dated in a path."""

    INFORMATION = "information", "Réunion d’information"
    DIAGNOSIS = "diagnosis", "Diagnostic"
    CAPE = "cape", "Signature du CAPE"
    CAPE_RENEWAL = "cape_renewal", "Renouvellement du CAPE"
    CESA = "cesa", "Signature du CESA"
    AMENDMENT = "amendment", "Avenant"
    ASSOCIATION = "association", "Admission comme associé·e"
    MEMBERSHIP_END = "membership_end", "Fin du sociétariat"
    EXIT = "exit", "Sortie"


class ContractKind(TextChoices):
    CAPE = "cape", "CAPE"
    CESA = "cesa", "CESA"
    CDI = "cdi", "CDI"
    CDD = "cdd", "CDD"


class ContractEnd(TextChoices):
    """Why a contract ended."""

    TERM = "term", "Arrivée au terme"
    NEXT = "next", "Suivi d’un autre contrat"
    TRIAL = "trial", "Rupture pendant l’essai"
    RESIGNATION = "resignation", "Démission"
    AGREEMENT = "agreement", "Rupture d’un commun accord"
    DISMISSAL = "dismissal", "Licenciement"
    NOT_MEMBER = "not_member", "Non associé·e au terme du délai légal"
