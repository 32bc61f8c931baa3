"""The closed lists of cooperative life."""

from django.db.models import TextChoices


class MovementKind(TextChoices):
    """What happens to a member's shares."""

    SUBSCRIPTION = "subscription", "Souscription"
    RELEASE = "release", "Libération"
    REFUND = "refund", "Remboursement"


class MemberExit(TextChoices):
    RESIGNATION = "resignation", "Démission"
    CONTRACT_END = "contract_end", "Fin du contrat de travail"
    EXCLUSION = "exclusion", "Exclusion"
    DEATH = "death", "Décès"


class MandateKind(TextChoices):
    MANAGER = "manager", "Cogérance"
    CHAIR = "chair", "Présidence"
    BOARD = "board", "Conseil d’administration"
    SUPERVISORY = "supervisory", "Conseil de surveillance"


class AssemblyKind(TextChoices):
    ORDINARY = "ordinary", "Assemblée générale ordinaire"
    EXTRAORDINARY = "extraordinary", "Assemblée générale extraordinaire"

    @property
    def short(self) -> str:
        return {"ordinary": "AGO", "extraordinary": "AGE"}[self.value]


class AssemblyStatus(TextChoices):
    DRAFT = "draft", "En préparation"
    CONVENED = "convened", "Convoquée"
    OPEN = "open", "En séance"
    CLOSED = "closed", "Close"
    CANCELLED = "cancelled", "Annulée"


class VoteMode(TextChoices):
    PUBLIC = "public", "Scrutin public"
    SECRET = "secret", "Scrutin secret"


class MajorityBase(TextChoices):
    """What a majority is counted on."""

    EXPRESSED = "expressed", "des votes exprimés"
    CAST = "cast", "des votes émis, blancs compris"
    PRESENT = "present", "des associés présents ou représentés"
    ALL = "all", "de tous les associés"


class ResolutionStatus(TextChoices):
    COMING = "coming", "À venir"
    ADOPTED = "adopted", "Adoptée"
    REJECTED = "rejected", "Rejetée"
    NO_QUORUM = "no_quorum", "Quorum non atteint"
    WITHDRAWN = "withdrawn", "Retirée"
