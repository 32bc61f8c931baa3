"""Food, bodies, cloth and clay."""

from cae.demo.cast import Client, Offer, Shop, Spending
from cae.demo.companies.ateliers.usual import PHONE
from invoicing.enums import CustomerKind, Nature, Unit

SHOPS = (
    Shop(
        name="Les Tables de Nadia",
        trade="Traiteur",
        partners=(("nadia", 1),),
        opened=(-52, 1),
        yearly=53500,
        invoices=16,
        quoted=75,
        ceiling=1200,
        reserve=1500,
        seasons=(6, 6, 8, 9, 12, 13, 8, 4, 9, 9, 8, 12),
        offers=(
            Offer(label="Buffet", price=21, unit=Unit.PERSON, vat="10", nature=Nature.GOODS),
            Offer(
                label="Cocktail dînatoire",
                price=27,
                unit=Unit.PERSON,
                vat="10",
                nature=Nature.GOODS,
            ),
            Offer(label="Service", price=34, unit=Unit.HOUR, vat="10"),
            Offer(label="Location de vaisselle", price=160, vat="20"),
        ),
        clients=(
            Client(
                name="Couvent des Jacobins",
                street="20 place Sainte-Anne",
                email="evenements@couvent-jacobins.example",
                weight=4,
            ),
            Client(
                name="Agence Sémaphore",
                street="5 rue Hoche",
                email="bonjour@semaphore.example",
                weight=3,
            ),
            Client(
                name="Région Bretagne",
                street="283 avenue du Général-Patton",
                kind=CustomerKind.PUBLIC,
                contact="Protocole",
                email="protocole@bretagne.example",
                delay=35,
            ),
            Client(name="Mariage Robin et Sarah", kind=CustomerKind.INDIVIDUAL, delay=5),
        ),
        spendings=(
            PHONE,
            Spending(code="goods", label="Marché des Lices", low=950, high=1900, often=100, vat=6),
            Spending(code="premises", label="Cuisine partagée", low=390, high=390, often=100),
            Spending(code="rental", label="Camion frigorifique", low=120, high=220, often=55),
        ),
    ),
    Shop(
        name="Yoga à l’Ouest",
        trade="Yoga",
        partners=(("soizic", 1),),
        opened=(-28, 1),
        yearly=19800,
        invoices=12,
        quoted=10,
        ceiling=500,
        reserve=0,
        is_small=True,
        seasons=(9, 10, 10, 9, 9, 8, 3, 1, 10, 11, 10, 8),
        offers=(
            Offer(label="Cours en entreprise", price=85, unit=Unit.PIECE),
            Offer(label="Stage d’une journée", price=390, unit=Unit.DAY),
            Offer(label="Abonnement trimestriel", price=150, unit=Unit.PERSON),
        ),
        clients=(
            Client(
                name="Ubik Logiciels",
                street="15 rue du Chêne-Germain",
                postcode="35510",
                town="Cesson-Sévigné",
                email="qvt@ubik.example",
                weight=4,
            ),
            Client(
                name="Comité social de Kerlann",
                street="Rue Maryse-Bastié",
                postcode="35170",
                town="Bruz",
                email="cse@kerlann.example",
                late=30,
            ),
            Client(
                name="Association Souffle", street="12 rue de Brest", email="souffle@asso.example"
            ),
        ),
        spendings=(
            PHONE,
            Spending(code="premises", label="Salle du Thabor", low=150, high=260, often=100),
            Spending(
                code="training", label="Stage de perfectionnement", low=180, high=260, often=8
            ),
        ),
    ),
    Shop(
        name="Couture Ndar",
        trade="Couture",
        partners=(("fatou", 1),),
        opened=(-24, 1),
        yearly=27500,
        invoices=11,
        quoted=45,
        ceiling=700,
        reserve=400,
        offers=(
            Offer(label="Costumes de scène", price=180, unit=Unit.PIECE),
            Offer(label="Retouches", price=32, unit=Unit.HOUR),
            Offer(label="Sacs en wax", price=24, unit=Unit.PIECE, nature=Nature.GOODS),
            Offer(label="Atelier couture", price=260, unit=Unit.DAY),
        ),
        clients=(
            Client(
                name="Opéra de Rennes",
                street="Place de la Mairie",
                kind=CustomerKind.PUBLIC,
                contact="Atelier costumes",
                email="costumes@opera-rennes.example",
                weight=3,
            ),
            Client(
                name="Compagnie Marée Haute",
                street="6 rue de l’Hermine",
                email="admin@maree-haute.example",
                weight=3,
                late=30,
            ),
            Client(
                name="Boutique Sahel & Co", street="19 rue Vasselot", email="sahel@boutique.example"
            ),
            Client(name="Coumba Sy", kind=CustomerKind.INDIVIDUAL, delay=3),
        ),
        spendings=(PHONE, Spending(code="materials", label="Tissus", low=80, high=290, often=85)),
    ),
    Shop(
        name="Savons du Couesnon",
        trade="Savonnerie",
        partners=(("aicha", 1),),
        opened=(-17, 1),
        yearly=12500,
        invoices=7,
        quoted=10,
        offers=(
            Offer(label="Savons, carton de 40", price=118, unit=Unit.BOX, nature=Nature.GOODS),
            Offer(label="Coffret cadeau", price=14, unit=Unit.PIECE, nature=Nature.GOODS),
        ),
        clients=(
            Client(
                name="Épicerie Le Local",
                street="3 rue Chateaubriand",
                postcode="35270",
                town="Combourg",
                email="lelocal@epicerie.example",
            ),
            Client(
                name="Gîtes du Mont",
                street="Le Bourg",
                postcode="35610",
                town="Roz-sur-Couesnon",
                email="gites@mont.example",
            ),
        ),
        spendings=(Spending(code="goods", label="Huiles et beurres", low=60, high=180, often=80),),
    ),
    Shop(
        name="Terre et Sel",
        trade="Céramique",
        partners=(("maelle", 1),),
        opened=(-5, 1),
        yearly=8800,
        invoices=6,
        quoted=20,
        is_small=True,
        offers=(
            Offer(label="Vaisselle en grès", price=26, unit=Unit.PIECE, nature=Nature.GOODS),
            Offer(label="Stage de tournage", price=210, unit=Unit.DAY),
        ),
        clients=(
            Client(
                name="Restaurant Racines",
                street="12 rue de l’Arsenal",
                email="racines@restaurant.example",
            ),
            Client(
                name="Yvette Hamelin",
                kind=CustomerKind.INDIVIDUAL,
                postcode="35720",
                town="Mesnil-Roc’h",
                delay=4,
            ),
        ),
        spendings=(Spending(code="supplies", label="Grès et émaux", low=45, high=130, often=70),),
    ),
)
