"""Words, code, teaching, advice."""

from cae.demo.cast import Client, Journey, Offer, Shop, Spending
from cae.demo.companies.ateliers.usual import MEAL, PHONE, TRAIN
from invoicing.enums import CustomerKind, Unit

SHOPS = (
    Shop(
        name="Traduction ELP",
        trade="Traduction",
        partners=(("eleonore", 1),),
        opened=(-55, 1),
        yearly=41000,
        invoices=14,
        quoted=30,
        ceiling=2500,
        reserve=2000,
        offers=(
            Offer(label="Traduction anglais-français", price=145, unit=Unit.PAGE),
            Offer(label="Relecture", price=48, unit=Unit.HOUR),
            Offer(label="Interprétation", price=560, unit=Unit.DAY),
        ),
        clients=(
            Client(
                name="Ouest Médical",
                street="16 rue de la Rigourdière",
                postcode="35510",
                town="Cesson-Sévigné",
                email="fournisseurs@ouest-medical.example",
                weight=4,
            ),
            Client(
                name="Institut agronomique de Rennes",
                street="65 rue de Saint-Brieuc",
                kind=CustomerKind.PUBLIC,
                contact="Relations internationales",
                email="international@agro-rennes.example",
                delay=40,
            ),
            Client(
                name="Verlag am Fluss GmbH",
                street="Mainzer Landstraße 12",
                postcode="60325",
                town="Frankfurt am Main",
                country="DE",
                vat_number="DE136695976",
                kind=CustomerKind.FOREIGN,
                email="rechnung@verlag-am-fluss.example",
            ),
            Client(
                name="Festival Premiers Plans",
                street="9 rue Claveau",
                postcode="49100",
                town="Angers",
                email="production@premiers-plans.example",
            ),
        ),
        spendings=(
            PHONE,
            TRAIN,
            Spending(code="software", label="Mémoire de traduction", low=39, high=39, often=100),
        ),
    ),
    Shop(
        name="Atelier numérique Traoré",
        trade="Développement web",
        partners=(("mamadou", 1),),
        opened=(-20, 1),
        yearly=61500,
        invoices=11,
        quoted=60,
        ceiling=0,
        reserve=3500,
        offers=(
            Offer(label="Développement", price=460, unit=Unit.DAY),
            Offer(label="Refonte de site", price=3400),
            Offer(label="Maintenance", price=380, unit=Unit.MONTH),
            Offer(label="Audit d’accessibilité", price=1500),
        ),
        clients=(
            Client(
                name="Rennes Métropole",
                street="4 avenue Henri-Fréville",
                kind=CustomerKind.PUBLIC,
                contact="Direction du numérique",
                email="numerique@rennes-metropole.example",
                delay=32,
                weight=3,
            ),
            Client(
                name="Coopérative Terres d’Armor",
                street="2 rue du Port",
                postcode="22000",
                town="Saint-Brieuc",
                email="si@terres-armor.example",
                weight=3,
            ),
            Client(
                name="Kerlink Formation", street="18 rue de Paris", email="contact@kerlink.example"
            ),
            Client(
                name="Maison Poulard Traiteur",
                street="31 rue du Maréchal-Joffre",
                email="direction@maison-poulard.example",
                late=40,
            ),
        ),
        spendings=(
            PHONE,
            Spending(code="software", label="Hébergement", low=58, high=96, often=100),
            Spending(
                code="premises", label="Poste en espace partagé", low=174, high=174, often=100
            ),
            MEAL,
        ),
    ),
    Shop(
        name="Formations PHD",
        trade="Formation",
        partners=(("paulhenri", 1),),
        opened=(-59, 1),
        yearly=56500,
        invoices=12,
        quoted=50,
        ceiling=3000,
        reserve=3000,
        seasons=(8, 10, 11, 10, 9, 10, 4, 1, 9, 11, 10, 7),
        offers=(
            Offer(
                label="Formation « Animer une équipe »", price=980, unit=Unit.DAY, vat="training"
            ),
            Offer(label="Bilan de compétences", price=1600, vat="training"),
            Offer(label="Accompagnement individuel", price=110, unit=Unit.HOUR, vat="20"),
        ),
        clients=(
            Client(
                name="Opérateur Uniformation Ouest",
                street="6 rue de Strasbourg",
                email="financeurs@uniformation.example",
                weight=4,
                delay=36,
            ),
            Client(
                name="CCAS de Fougères",
                street="2 rue Porte-Saint-Léonard",
                postcode="35300",
                town="Fougères",
                kind=CustomerKind.PUBLIC,
                email="ccas@fougeres.example",
            ),
            Client(
                name="Groupe Armor Logistique",
                street="ZI Sud-Est",
                email="formation@armor-logistique.example",
                weight=3,
            ),
            Client(
                name="Les Jardins de l’Aff",
                street="La Gacilly",
                postcode="56200",
                town="La Gacilly",
                email="rh@jardins-aff.example",
            ),
        ),
        spendings=(
            PHONE,
            TRAIN,
            Spending(code="lodging", label="Hôtel", low=78, high=124, often=40, vat=10),
            Spending(code="premises", label="Location de salle", low=180, high=420, often=55),
        ),
        journey=Journey(
            origin="Rennes",
            destination="Fougères",
            reason="Formation",
            distance=104,
            power=6,
        ),
    ),
    Shop(
        name="Moreau Conseil",
        trade="Conseil en organisation",
        partners=(("sebastien", 1),),
        opened=(-35, 1),
        closed=(-4, 31),
        yearly=31000,
        invoices=8,
        quoted=40,
        ceiling=1000,
        offers=(
            Offer(label="Conseil", price=560, unit=Unit.DAY),
            Offer(label="Diagnostic", price=1400),
        ),
        clients=(
            Client(
                name="Mutuelle des Rives", street="1 rue du Bosphore", email="achats@rives.example"
            ),
            Client(
                name="Imprimerie Chapin",
                street="8 rue des Charmilles",
                postcode="35510",
                town="Cesson-Sévigné",
                email="chapin@imprimerie.example",
            ),
        ),
        spendings=(PHONE, TRAIN),
    ),
)
