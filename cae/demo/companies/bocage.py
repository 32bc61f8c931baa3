"""La Fabrique du Bocage, SCIC SAS in Laval: small, with brackets, VAT on invoices."""

from datetime import date, time
from decimal import Decimal

from accounting.enums import ContributionBasis
from accounting.rules import Bracket, Contribution
from cae.core.enums import LegalForm, VatBasis
from cae.demo.cast import (
    Associate,
    Client,
    Company,
    Meeting,
    Offer,
    Person,
    Question,
    Shop,
    Spending,
    TeamMember,
)
from cae.onboarding import Administrator, Identity
from governance.enums import AssemblyKind
from invoicing.enums import CustomerKind, Nature, Unit

_PHONE = Spending(code="phone", label="Forfait mobile", low=15, high=20, often=90)

TEAM = (
    TeamMember(
        first_name="Pascal",
        last_name="Hubert",
        job="Président",
        roles=("co_manager",),
        email="pascal.hubert@fabrique-bocage.example",
        member=(-30, 6),
        shares=20,
    ),
    # The two cooperatives share their support team: one login each, a place in both.
    TeamMember(
        first_name="Hélène",
        last_name="Morvan",
        job="Accompagnatrice",
        roles=("adviser",),
        email="helene.morvan@ateliers-reunis.example",
    ),
    TeamMember(
        first_name="Sophie",
        last_name="Renaud",
        job="Comptable",
        roles=("accountant",),
        email="sophie.renaud@ateliers-reunis.example",
    ),
    TeamMember(
        first_name="Sacha",
        last_name="Riou",
        job="Gestionnaire de paie",
        roles=("payroll_officer",),
        email="sacha.riou@ateliers-reunis.example",
    ),
)

PEOPLE = (
    Person(
        key="marion",
        first_name="Marion",
        last_name="Cailleau",
        email="marion@herbes-de-mayenne.example",
        born=date(1982, 4, 18),
        is_woman=True,
        street="3 La Grande Haie",
        postcode="53410",
        town="Port-Brillet",
        phone="06 15 00 71 20",
        met=(-34, 4),
        capes=((-31, 1),),
        cesa=(-22, 1),
        member=(-11, 10),
        shares=15,
        fixed_part=300,
        rate=Decimal("0.008"),
        wish=("net", 900),
        is_small=True,
    ),
    Person(
        key="denis",
        first_name="Denis",
        last_name="Rousseau",
        email="denis@charpente-rousseau.example",
        born=date(1975, 11, 6),
        is_woman=False,
        street="10 rue du Pont-de-Mayenne",
        postcode="53000",
        town="Laval",
        phone="06 26 00 82 31",
        met=(-27, 9),
        capes=((-24, 1),),
        cesa=(-15, 1),
        fixed_part=500,
        rate=Decimal("0.031"),
        wish=("gross", 1650),
    ),
    Person(
        key="karim",
        first_name="Karim",
        last_name="Haddad",
        email="karim@cargo-laval.example",
        born=date(1996, 1, 25),
        is_woman=False,
        street="22 rue de Bretagne",
        postcode="53000",
        town="Laval",
        phone="06 37 00 93 42",
        met=(-8, 16),
        capes=((-6, 1),),
    ),
    Person(
        key="elise",
        first_name="Élise",
        last_name="Gougeon",
        email="elise.gougeon@courriel.example",
        born=date(1990, 8, 3),
        is_woman=True,
        street="7 rue des Orfèvres",
        postcode="53000",
        town="Laval",
        phone="06 48 00 14 53",
        met=(-1, 9),
    ),
)

SHOPS = (
    Shop(
        name="Herbes de Mayenne",
        trade="Herboristerie",
        partners=(("marion", 1),),
        opened=(-31, 1),
        yearly=22500,
        invoices=14,
        quoted=20,
        ceiling=500,
        reserve=400,
        is_small=True,
        offers=(
            Offer(
                label="Tisanes, carton de 24",
                price=96,
                unit=Unit.BOX,
                vat="5-5",
                nature=Nature.GOODS,
            ),
            Offer(label="Sortie botanique", price=220, unit=Unit.DAY),
        ),
        clients=(
            Client(
                name="Biocoop du Vieux-Laval",
                street="9 Grande Rue",
                postcode="53000",
                town="Laval",
                email="achats@vieux-laval.example",
                weight=4,
            ),
            Client(
                name="Office de tourisme de Mayenne",
                street="1 quai de Waiblingen",
                postcode="53100",
                town="Mayenne",
                kind=CustomerKind.PUBLIC,
                email="accueil@mayenne.example",
                delay=35,
            ),
        ),
        spendings=(
            _PHONE,
            Spending(code="goods", label="Sachets et étuis", low=60, high=190, often=80),
        ),
    ),
    Shop(
        name="Charpente Rousseau",
        trade="Charpente",
        partners=(("denis", 1),),
        opened=(-24, 1),
        yearly=47000,
        invoices=12,
        quoted=90,
        reserve=1500,
        offers=(
            Offer(label="Charpente traditionnelle", price=48, unit=Unit.HOUR, vat="10"),
            Offer(label="Ossature bois, fourniture", price=3200, vat="10", nature=Nature.GOODS),
        ),
        clients=(
            Client(
                name="Laval Habitat",
                street="10 rue de la Paix",
                postcode="53000",
                town="Laval",
                kind=CustomerKind.PUBLIC,
                email="travaux@laval-habitat.example",
                weight=3,
            ),
            Client(
                name="Monique et Alain Pottier",
                kind=CustomerKind.INDIVIDUAL,
                postcode="53940",
                town="Saint-Berthevin",
                delay=12,
            ),
        ),
        spendings=(
            _PHONE,
            Spending(code="materials", label="Bois de charpente", low=420, high=1100, often=90),
        ),
    ),
    Shop(
        name="Cargo Laval",
        trade="Livraison à vélo",
        partners=(("karim", 1),),
        opened=(-6, 1),
        yearly=9200,
        invoices=10,
        quoted=10,
        offers=(Offer(label="Tournée de livraison", price=62, unit=Unit.DAY),),
        clients=(
            Client(
                name="Fleurs du Pont-Neuf",
                street="4 rue du Général-de-Gaulle",
                postcode="53000",
                town="Laval",
                email="fleurs@pont-neuf.example",
            ),
            Client(
                name="Drive fermier de Laval",
                street="15 boulevard des Manouvriers",
                postcode="53000",
                town="Laval",
                email="drive@fermier.example",
            ),
        ),
    ),
)

ASSOCIATES = (
    Associate(
        first_name="Chantal",
        last_name="Lemonnier",
        email="chantal.lemonnier@courriel.example",
        since=(-30, 6),
        shares=40,
        college="Bénéficiaires",
    ),
    Associate(
        first_name="Régis",
        last_name="Fouassier",
        email="regis.fouassier@courriel.example",
        since=(-30, 6),
        shares=60,
        college="Partenaires",
    ),
)

MEETINGS = (
    Meeting(
        kind=AssemblyKind.ORDINARY,
        day=(-6, 21),
        place="La Filature, Laval",
        chair="Pascal Hubert",
        at=time(17, 30),
        questions=(
            Question(
                title="Rapport de gestion et comptes {year}",
                text="L’assemblée approuve les comptes de l’exercice {year}.",
            ),
            Question(title="Agrément d’un nouveau partenaire", abstained=1),
        ),
    ),
)

BOCAGE = Company(
    identity=Identity(
        name="La Fabrique du Bocage",
        slug="fabrique-du-bocage",
        legal_form=LegalForm.SCIC_SAS,
        siren="539204172",
        siret="53920417200016",
        street="18 rue de la Filature",
        postcode="53000",
        town="Laval",
        capital=Decimal("3700"),
        registry_town="Laval",
        naf="70.22Z",
        email="bonjour@fabrique-bocage.example",
        phone="02 43 00 56 78",
        iban="FR7615589531010041726394086",
        bic="CMBRFR2BARK",
        vat_basis=VatBasis.ACCRUAL,
    ),
    contribution=Contribution(
        brackets=(
            Bracket(Decimal(0), Decimal("0.11")),
            Bracket(Decimal(40_000), Decimal("0.10")),
            Bracket(Decimal(80_000), Decimal("0.09")),
        ),
        basis=ContributionBasis.INVOICED,
        floor=Decimal(1200),
    ),
    administrator=Administrator(
        first_name="Jocelyne",
        last_name="Bruneau",
        email="jocelyne.bruneau@fabrique-bocage.example",
    ),
    settings={"headcount": 8, "accident_rate": Decimal("0.0140")},
    team=TEAM,
    people=PEOPLE,
    shops=SHOPS,
    nominal=Decimal("25"),
    associates=ASSOCIATES,
    meetings=MEETINGS,
    opened=(-36, 2),
)
