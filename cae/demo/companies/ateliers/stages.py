"""Stages, hired gear, drones."""

from cae.demo.cast import Client, Journey, Offer, Shop, Spending
from cae.demo.companies.ateliers.usual import PHONE, TRAIN
from invoicing.enums import CustomerKind, Unit, Vehicle

SHOPS = (
    Shop(
        name="Roussel Son et lumière",
        trade="Régie de spectacle",
        partners=(("julien", 1),),
        opened=(-23, 1),
        yearly=25500,
        invoices=8,
        quoted=60,
        ceiling=900,
        reserve=800,
        seasons=(5, 6, 8, 9, 11, 13, 13, 8, 9, 8, 6, 4),
        offers=(
            Offer(label="Régie lumière", price=340, unit=Unit.DAY),
            Offer(label="Sonorisation", price=420, unit=Unit.DAY),
            Offer(label="Plan de feux", price=520),
        ),
        clients=(
            Client(
                name="Théâtre de l’Aire Libre",
                street="2 place Jules-Vallès",
                postcode="35136",
                town="Saint-Jacques-de-la-Lande",
                email="regie@aire-libre.example",
                weight=3,
            ),
            Client(
                name="Festival Quartiers d’été",
                street="8 rue de Bourgogne",
                email="technique@quartiers-ete.example",
            ),
            Client(
                name="Salle Le Triangle",
                street="Boulevard de Yougoslavie",
                postcode="35200",
                kind=CustomerKind.PUBLIC,
                email="triangle@salle.example",
                delay=37,
            ),
        ),
        spendings=(
            PHONE,
            Spending(code="equipment", label="Câbles et gélatines", low=32, high=140, often=50),
            Spending(code="rental", label="Location de projecteurs", low=90, high=260, often=40),
        ),
        journey=Journey(
            origin="Rennes",
            destination="Saint-Malo",
            reason="Montage",
            distance=142,
            power=6,
        ),
    ),
    Shop(
        name="Roussel Location",
        trade="Location de matériel",
        partners=(("julien", 1),),
        opened=(-8, 1),
        yearly=6400,
        invoices=6,
        quoted=20,
        ceiling=300,
        offers=(
            Offer(label="Console lumière", price=85, unit=Unit.DAY),
            Offer(label="Kit de sonorisation", price=120, unit=Unit.DAY),
        ),
        clients=(
            Client(
                name="Amicale de Mordelles",
                street="1 place de l’Église",
                postcode="35310",
                town="Mordelles",
                email="amicale@mordelles.example",
            ),
            Client(
                name="École du Centre",
                street="3 rue de Saint-Malo",
                kind=CustomerKind.PUBLIC,
                email="ecole@centre.example",
            ),
        ),
    ),
    Shop(
        name="Duo Lanterne",
        trade="Théâtre d’ombres",
        partners=(("violette", 3), ("simon", 2)),
        opened=(-25, 1),
        yearly=37500,
        invoices=11,
        quoted=70,
        ceiling=1000,
        reserve=1200,
        seasons=(6, 7, 9, 8, 9, 9, 9, 7, 7, 9, 9, 14),
        offers=(
            Offer(
                label="Représentation « La Nuit des loups »", price=950, unit=Unit.PIECE, vat="5-5"
            ),
            Offer(label="Atelier en classe", price=230, unit=Unit.PIECE),
            Offer(label="Création d’un décor", price=1400),
        ),
        clients=(
            Client(
                name="Médiathèque de Vitré",
                street="1 rue du Bourg-aux-Moines",
                postcode="35500",
                town="Vitré",
                kind=CustomerKind.PUBLIC,
                email="mediatheque@vitre.example",
                weight=3,
                delay=36,
            ),
            Client(
                name="Lillico, scène jeune public",
                street="7 place Rosa-Parks",
                email="administration@lillico.example",
                weight=3,
            ),
            Client(
                name="École Sainte-Anne",
                street="4 rue de Dinan",
                email="direction@sainte-anne.example",
            ),
            Client(
                name="Comité des fêtes de Janzé",
                street="Place des Halles",
                postcode="35150",
                town="Janzé",
                email="fetes@janze.example",
                late=35,
            ),
        ),
        spendings=(
            PHONE,
            Spending(code="supplies", label="Papiers et lampes", low=38, high=150, often=60),
            TRAIN,
        ),
        journey=Journey(
            origin="Saint-Aubin-du-Cormier",
            destination="Vitré",
            reason="Représentation",
            distance=58,
            power=7,
        ),
    ),
    Shop(
        name="Hervé Drone",
        trade="Relevés par drone",
        partners=(("gaetan", 1),),
        opened=(-2, 1),
        yearly=9600,
        invoices=6,
        quoted=90,
        offers=(
            Offer(label="Relevé photogrammétrique", price=540, unit=Unit.DAY),
            Offer(label="Inspection de toiture", price=310),
        ),
        clients=(
            Client(
                name="Couverture Rolland",
                street="ZA de la Bouvardière",
                postcode="35310",
                town="Bréal-sous-Montfort",
                email="rolland@couverture.example",
            ),
            Client(
                name="Cabinet Géomètres du Pays",
                street="11 rue de Nantes",
                email="geometres@pays.example",
            ),
        ),
        journey=Journey(
            origin="Rennes",
            destination="Redon",
            reason="Relevé",
            distance=130,
            vehicle=Vehicle.ELECTRIC_CAR,
            power=4,
        ),
    ),
)
