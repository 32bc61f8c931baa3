"""Les Ateliers Réunis, SCOP SARL in Rennes: two dozen people, a year of everything."""

from decimal import Decimal

from accounting.enums import ContributionBasis
from accounting.rules import Contribution
from cae.core.enums import LegalForm
from cae.demo.cast import Associate, Company, Mandate, Meeting, Question, TeamMember
from cae.demo.companies.ateliers import images, offices, stages, tables, workshops
from cae.demo.companies.ateliers.people import PEOPLE
from cae.onboarding import Administrator, Identity
from governance.enums import AssemblyKind, MandateKind, VoteMode

TEAM = (
    TeamMember(
        first_name="Agnès",
        last_name="Le Bihan",
        job="Cogérante",
        roles=("co_manager",),
        email="agnes.lebihan@ateliers-reunis.example",
        member=(-58, 4),
        shares=60,
    ),
    TeamMember(
        first_name="Hélène",
        last_name="Morvan",
        job="Accompagnatrice",
        roles=("adviser",),
        email="helene.morvan@ateliers-reunis.example",
        member=(-50, 12),
        shares=25,
    ),
    TeamMember(
        first_name="Sophie",
        last_name="Renaud",
        job="Comptable",
        roles=("accountant",),
        email="sophie.renaud@ateliers-reunis.example",
        member=(-46, 12),
        shares=25,
    ),
    TeamMember(
        first_name="Sacha",
        last_name="Riou",
        job="Gestionnaire de paie",
        roles=("payroll_officer",),
        email="sacha.riou@ateliers-reunis.example",
    ),
)

ASSOCIATES = (
    Associate(
        first_name="Bernadette",
        last_name="Le Gall",
        email="bernadette.legall@courriel.example",
        since=(-58, 4),
        shares=30,
    ),
    Associate(
        first_name="Youenn",
        last_name="Tassel",
        email="youenn.tassel@courriel.example",
        since=(-58, 4),
        shares=25,
    ),
    Associate(
        first_name="Olivier",
        last_name="Pasco",
        email="olivier.pasco@courriel.example",
        since=(-46, 12),
        shares=20,
    ),
    Associate(
        first_name="Marie-Claire",
        last_name="Dubois",
        email="marie-claire.dubois@courriel.example",
        since=(-34, 12),
        shares=15,
    ),
)

MANDATES = (
    Mandate(
        email="agnes.lebihan@ateliers-reunis.example",
        kind=MandateKind.MANAGER,
        since=(-11, 5),
        years=4,
    ),
    Mandate(
        email="paul-henri@formations-phd.example",
        kind=MandateKind.MANAGER,
        since=(-35, 8),
        years=3,
    ),
)

_HALL = "Maison des coopératives, Rennes"

MEETINGS = (
    Meeting(
        kind=AssemblyKind.ORDINARY,
        day=(-11, 4),
        place=_HALL,
        chair="Agnès Le Bihan",
        questions=(
            Question(
                title="Rapport de gestion et comptes {year}",
                text="L’assemblée approuve les comptes de l’exercice {year} et donne quitus à la"
                " cogérance.",
                abstained=1,
            ),
            Question(
                title="Affectation du résultat de l’exercice {year}",
                text="L’assemblée affecte l’excédent net de 31 260 € à la part travail, aux"
                " réserves impartageables et aux intérêts aux parts sociales.",
                parts=(
                    ("Part travail", 12504),
                    ("Réserves impartageables", 16256),
                    ("Intérêts aux parts", 2500),
                ),
            ),
            Question(
                title="Élection d’Agnès Le Bihan à la cogérance",
                mode=VoteMode.SECRET,
                against=1,
                abstained=1,
            ),
            Question(
                title="Taux de contribution porté à 12 %",
                text="La contribution coopérative passe de 10 % à 12 % du chiffre d’affaires"
                " encaissé.",
                against=7,
                abstained=1,
            ),
        ),
    ),
    Meeting(
        kind=AssemblyKind.EXTRAORDINARY,
        day=(-5, 11),
        place=_HALL,
        chair="Agnès Le Bihan",
        is_remote=True,
        questions=(
            Question(
                title="Transfert du siège au 12 allée du Chêne",
                text="L’article 4 des statuts est modifié : le siège est transféré au 12 allée du"
                " Chêne, à Rennes.",
                abstained=1,
            ),
        ),
    ),
    Meeting(
        kind=AssemblyKind.ORDINARY,
        place=_HALL,
        is_remote=True,
        questions=(
            Question(
                title="Rapport de gestion et comptes {year}",
                text="L’assemblée approuve les comptes de l’exercice {year} et donne quitus à la"
                " cogérance.",
            ),
            Question(
                title="Affectation du résultat de l’exercice {year}",
                text="L’assemblée décide d’affecter l’excédent net de 38 420 €.",
                parts=(
                    ("Part travail", 15368),
                    ("Réserves impartageables", 19594),
                    ("Intérêts aux parts sociales", 3458),
                ),
            ),
            Question(
                title="Admission de trois nouveaux associés",
                text="Yanis Belkacem, Loïc Le Goff, Fatou Ndiaye.",
            ),
            Question(
                title="Élection de la cogérance",
                text="Deux candidatures : Paul-Henri Daniélou, Éléonore Prigent.",
                mode=VoteMode.SECRET,
            ),
            Question(title="Taux de contribution maintenu à 10 %"),
        ),
    ),
)

ATELIERS = Company(
    identity=Identity(
        name="Les Ateliers Réunis",
        slug="ateliers-reunis",
        legal_form=LegalForm.SCOP_SARL,
        siren="498765437",
        siret="49876543700013",
        street="12 allée du Chêne",
        postcode="35000",
        town="Rennes",
        capital=Decimal("8400"),
        registry_town="Rennes",
        naf="70.22Z",
        email="bonjour@ateliers-reunis.example",
        phone="02 99 00 12 34",
        iban="FR7642559100000801234567812",
        bic="CCOPFRPPXXX",
        fiscal_year_start=7,
    ),
    contribution=Contribution.flat(Decimal("0.10"), basis=ContributionBasis.CASHED),
    administrator=Administrator(
        first_name="Maxime",
        last_name="Le Roux",
        email="maxime.leroux@ateliers-reunis.example",
    ),
    settings={
        "accident_rate": Decimal("0.0120"),
        "mobility_rate": Decimal("0.0200"),
        "health_premium": Decimal("42.00"),
        "headcount": 24,
    },
    team=TEAM,
    people=PEOPLE,
    shops=(
        *images.SHOPS,
        *workshops.SHOPS,
        *offices.SHOPS,
        *tables.SHOPS,
        *stages.SHOPS,
    ),
    nominal=Decimal("20"),
    associates=ASSOCIATES,
    mandates=MANDATES,
    meetings=MEETINGS,
    opened=(-60, 2),
)
