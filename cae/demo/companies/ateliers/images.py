"""Images and books: what they sell, to whom, what they spend."""

from cae.demo.cast import Client, Journey, Offer, Shop, Spending
from cae.demo.companies.ateliers.usual import MEAL, PHONE, TRAIN
from entrepreneurs.actions import Card
from invoicing.enums import CustomerKind, Nature, Unit

SHOPS = (
    Shop(
        name="Studio Brume",
        trade="Graphisme",
        card=Card(
            purpose="Identités visuelles et livres illustrés",
            street="12 rue de la Brume",
            postcode="35000",
            town="Rennes",
            website="https://studio-brume.example",
        ),
        partners=(("camille", 1),),
        opened=(-32, 1),
        yearly=46500,
        invoices=12,
        quoted=70,
        ceiling=1500,
        reserve=1500,
        told_from=41,
        is_small=True,
        offers=(
            Offer(label="Direction artistique", price=420, unit=Unit.DAY),
            Offer(label="Identité visuelle", price=1900),
            Offer(label="Affiche", price=560, unit=Unit.PIECE),
            Offer(
                label="Illustrations intérieures",
                price=85,
                unit=Unit.PIECE,
                vat="10",
                description="Droits de reproduction cinq ans, France",
            ),
            Offer(label="Mise en page", price=38, unit=Unit.PAGE),
            Offer(label="Signalétique", price=640),
        ),
        clients=(
            Client(
                name="Éditions Maison Ébène",
                street="14 rue des Carmes",
                contact="Marianne Lescop",
                email="compta@maison-ebene.example",
                weight=4,
            ),
            Client(
                name="Mairie de Bruz",
                street="Place du Docteur-Joly",
                postcode="35170",
                town="Bruz",
                kind=CustomerKind.PUBLIC,
                contact="Service culture",
                email="culture@bruz.example",
                late=35,
            ),
            Client(
                name="Biocoop Scarabée",
                street="8 avenue de Moka",
                postcode="35400",
                town="Saint-Malo",
                contact="Erwan Salaün",
                email="communication@biocoop-scarabee.example",
            ),
            Client(
                name="Théâtre du Vieux-Port",
                street="2 quai Saint-Louis",
                postcode="35400",
                town="Saint-Malo",
                contact="Claire Hamon",
                email="production@theatre-vieux-port.example",
                delay=38,
            ),
            Client(
                name="Brasserie de l’Ille",
                street="Zone de la Rigourdière",
                postcode="35510",
                town="Cesson-Sévigné",
                contact="Alan Guégan",
                email="alan@brasserie-ille.example",
            ),
        ),
        spendings=(
            PHONE,
            TRAIN,
            MEAL,
            Spending(code="software", label="Suite graphique", low=61, high=73, often=95),
            Spending(code="supplies", label="Papeterie Lefèvre", low=24, high=92, often=50),
            Spending(code="post", label="Envoi d’épreuves", low=9, high=19, often=30, vat=0),
        ),
    ),
    Shop(
        name="Reliure Cordier",
        trade="Reliure",
        partners=(("ines", 1),),
        opened=(-58, 1),
        yearly=25800,
        invoices=10,
        quoted=60,
        ceiling=800,
        reserve=900,
        is_small=True,
        offers=(
            Offer(label="Reliure demi-cuir", price=185, unit=Unit.PIECE),
            Offer(label="Restauration de registre", price=340, unit=Unit.PIECE),
            Offer(label="Boîte de conservation", price=74, unit=Unit.PIECE, nature=Nature.GOODS),
            Offer(label="Atelier d’initiation", price=290, unit=Unit.DAY),
        ),
        clients=(
            Client(
                name="Bibliothèque des Champs Libres",
                street="10 cours des Alliés",
                kind=CustomerKind.PUBLIC,
                contact="Fonds patrimoniaux",
                email="patrimoine@champs-libres.example",
                weight=4,
            ),
            Client(
                name="Étude Rault, notaires",
                street="5 rue de la Monnaie",
                contact="Maître Rault",
                email="etude@rault.example",
            ),
            Client(
                name="Librairie Le Failler",
                street="8 rue Saint-Georges",
                contact="Gwen Tanguy",
                email="gwen@le-failler.example",
            ),
            Client(
                name="Michel Orain",
                kind=CustomerKind.INDIVIDUAL,
                postcode="35190",
                town="Tinténiac",
            ),
        ),
        spendings=(
            PHONE,
            Spending(code="supplies", label="Cuirs et papiers", low=70, high=210, often=80),
            Spending(code="premises", label="Atelier, quote-part", low=180, high=180, often=100),
        ),
    ),
    Shop(
        name="Baptiste Lemoine Photographie",
        trade="Photographie",
        partners=(("baptiste", 1),),
        opened=(-10, 1),
        yearly=11500,
        invoices=7,
        quoted=60,
        offers=(
            Offer(label="Reportage photo", price=480, unit=Unit.DAY),
            Offer(label="Portraits d’équipe", price=65, unit=Unit.PIECE),
            Offer(label="Retouches", price=38, unit=Unit.HOUR),
        ),
        clients=(
            Client(
                name="Les Tombées de la nuit",
                street="10 place des Lices",
                contact="Communication",
                email="presse@tombees.example",
            ),
            Client(
                name="Cabinet Lanoë Architectes",
                street="7 rue de Châtillon",
                email="agence@lanoe.example",
            ),
            Client(
                name="Solène et Marc Bihan", kind=CustomerKind.INDIVIDUAL, postcode="35000", delay=8
            ),
        ),
        spendings=(
            Spending(code="software", label="Stockage en ligne", low=12, high=24, often=80),
            Spending(code="rental", label="Location d’optique", low=45, high=120, often=35),
        ),
        journey=Journey(
            origin="Rennes", destination="Saint-Malo", reason="Reportage", distance=142
        ),
    ),
)
