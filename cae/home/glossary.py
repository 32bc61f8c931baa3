"""The words of the house in plain French, and what each page is for: what the help shows."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.text import slugify

from cae.core.words import folded


@dataclass(frozen=True, slots=True)
class Word:
    name: str
    meaning: str

    @property
    def anchor(self) -> str:
        return slugify(self.name)


@dataclass(frozen=True, slots=True)
class Topic:
    """What one does on a page, in a few sentences, and the words it uses, by name."""

    title: str
    sentences: tuple[str, ...]
    words: tuple[str, ...] = ()


_MEANINGS = {
    "Accompagnateur·rice": (
        "La personne de l’équipe d’appui qui suit votre activité et que vous pouvez appeler."
    ),
    "Associé·e": (
        "Qui détient au moins une part sociale : une personne, une voix en assemblée, quel que "
        "soit le nombre de parts."
    ),
    "Avoir": (
        "Le document qui annule ou diminue une facture émise. Une facture émise ne se modifie ni "
        "ne se supprime : on la corrige par un avoir."
    ),
    "Bon pour accord": (
        "L’accord du client sur un devis. Il peut le donner en ligne, sans compte, par le lien "
        "que vous lui envoyez."
    ),
    "Brut": "Le salaire avant les cotisations salariales et l’impôt.",
    "CAE": (
        "Coopérative d’activités et d’emploi : une entreprise partagée qui facture, encaisse, "
        "tient les comptes et verse les salaires de celles et ceux qui y exercent leur activité."
    ),
    "CAPE": (
        "Contrat d’appui au projet d’entreprise. Vous testez votre activité sans être salarié·e "
        "de la coopérative. Il dure douze mois au plus et se renouvelle deux fois."
    ),
    "CESA": (
        "Contrat d’entrepreneur salarié associé. Vous êtes salarié·e et gardez la main sur votre "
        "activité. Vous devenez associé·e dans les trois ans, temps du CAPE déduit."
    ),
    "Carnet de commandes": (
        "Ce que des clients ont accepté et que vous n’avez pas encore facturé, hors taxes."
    ),
    "Commande interne": (
        "Ce qu’une enseigne de la coopérative fait pour une autre : ni facture, ni TVA, ni "
        "contribution, puisque c’est la même entreprise. Acceptée, elle passe aussitôt du "
        "disponible de l’une à celui de l’autre."
    ),
    "Compte analytique": (
        "Le code qui rattache chaque écriture à une enseigne, pour que chacune ait son propre "
        "résultat dans une comptabilité commune."
    ),
    "Contribution coopérative": (
        "La part de votre activité qui paie les services communs : accompagnement, comptabilité, "
        "paie, assurance. Les associé·es en votent la règle."
    ),
    "Cotisations": (
        "Ce que le salaire verse à la protection sociale : santé, retraite, chômage, famille. Une "
        "part est retenue sur le brut, l’autre s’y ajoute ; votre activité paie les deux."
    ),
    "Coût total": (
        "Tout ce qu’un salaire prend à votre activité : le brut et les cotisations patronales."
    ),
    "Disponible": (
        "L’argent de votre activité à cet instant : ce qui est en banque, moins la TVA, les "
        "cotisations, l’impôt retenu, les fournisseurs, les remboursements à faire et ce qui est "
        "dû à la coopérative. Une facture n’y entre qu’une fois payée."
    ),
    "Échéance": "Le dernier jour pour payer. Le lendemain, la facture est en retard.",
    "Écriture": (
        "Ce qu’un document inscrit en comptabilité : des lignes dont les débits égalent les "
        "crédits. Elle ne se modifie pas ; on la corrige par l’écriture contraire."
    ),
    "Encaissement": "L’argent reçu d’un client, et la facture qu’il règle.",
    "Enseigne": (
        "Votre activité, sous son nom. Elle a ses comptes dans la coopérative, mais c’est la "
        "coopérative qui signe les contrats et les factures."
    ),
    "HT et TTC": (
        "Hors taxes et toutes taxes comprises. La TVA est encaissée pour l’État : elle n’est "
        "jamais à vous."
    ),
    "Indemnités kilométriques": (
        "Le remboursement d’un trajet avec votre véhicule, selon le barème officiel."
    ),
    "Justificatif": (
        "La preuve d’une dépense : ticket, facture ou reçu, lisible en entier. Sans lui, la "
        "dépense ne peut pas être remboursée."
    ),
    "Lettrage": "Le rapprochement d’une facture et de ce qui la paie, dans le compte d’un tiers.",
    "Montant net social": (
        "Le montant à déclarer pour le RSA ou la prime d’activité. Il figure sur chaque bulletin "
        "et n’est pas ce qui vous est versé."
    ),
    "Net imposable": (
        "Le revenu que l’administration fiscale retient. La coopérative le lui transmet : il est "
        "déjà inscrit dans votre déclaration."
    ),
    "Net avant impôt": "Ce qui reste du brut une fois les cotisations salariales retirées.",
    "Net versé": "Ce qui arrive sur votre compte : le net avant impôt, moins l’impôt retenu.",
    "Note de dépenses": (
        "Vos dépenses d’un mois pour une enseigne. Vous l’envoyez ; une autre personne que vous "
        "l’approuve ; elle vous est remboursée."
    ),
    "Part fixe et part variable": (
        "En CESA, la part fixe est versée chaque mois selon le contrat ; la part variable dépend "
        "de ce que gagne votre activité."
    ),
    "Part sociale": (
        "Un morceau du capital de la coopérative. On la souscrit en devenant associé·e et elle "
        "est remboursée à la sortie, selon les statuts."
    ),
    "Prélèvement à la source": (
        "L’impôt sur le revenu retenu sur le salaire, au taux que fixe l’administration fiscale, "
        "ou au taux neutre tant qu’elle n’en a pas transmis."
    ),
    "Provision": (
        "Une somme mise de côté pour une dépense certaine à venir, comme des congés payés."
    ),
    "Quorum": (
        "Le nombre de voix présentes ou représentées sans lequel une assemblée ne peut pas décider."
    ),
    "Réserve": (
        "Ce que vous choisissez de garder sur votre activité. Le calcul du salaire n’y touche pas. "
        "Vous la changez quand vous voulez."
    ),
    "Salaire possible": "Le disponible, moins votre réserve et les provisions.",
    "SCOP et SCIC": (
        "Deux statuts de coopérative. Dans une SCOP, les salarié·es associé·es décident ; dans une "
        "SCIC, des usager·ères et des partenaires décident aussi."
    ),
    "TVA sur les encaissements": (
        "La TVA est due quand le client paie, pas quand la facture est émise : le cas des services."
    ),
}
GLOSSARY = tuple(Word(name, _MEANINGS[name]) for name in sorted(_MEANINGS, key=folded))
BY_NAME = {word.name: word for word in GLOSSARY}

_HOME = Topic(
    "Votre accueil",
    (
        "Le disponible est l’argent de votre activité à cet instant. Ouvrez le détail pour voir "
        "comment il est obtenu.",
        "« À faire » rassemble ce qui vous attend ; chaque ligne mène à la page où agir.",
        "« Et si j’encaissais… » calcule un salaire avec le moteur de la paie, sans rien changer.",
    ),
    ("Disponible", "Réserve", "Contribution coopérative", "Cotisations", "CAPE", "CESA"),
)
_DESK = Topic(
    "Votre accueil",
    (
        "Ce qui attend votre rôle, et les prochaines dates du parcours de chacun ; chaque ligne "
        "mène à la page où agir.",
        "Le menu ne montre que ce que votre rôle ouvre. S’il vous manque une page, demandez à qui "
        "administre.",
    ),
    ("CAPE", "CESA", "Contribution coopérative"),
)
_SALES = Topic(
    "Devis et factures",
    (
        "Un devis se corrige tant que le client n’a pas répondu. Une fois accepté, il devient une "
        "facture en un clic.",
        "Une facture est un brouillon jusqu’à son émission : elle reçoit alors son numéro et ne "
        "change plus. Pour la corriger, faites un avoir.",
        "Jusqu’à votre plafond, vous émettez vous-même ; au-delà, l’équipe d’appui valide.",
    ),
    ("Bon pour accord", "Avoir", "Échéance", "HT et TTC", "TVA sur les encaissements"),
)
_CUSTOMERS = Topic(
    "Clients",
    (
        "Un client appartient à une enseigne. Son SIRET donne son SIREN et sa TVA ; son courriel "
        "sert à lui envoyer devis et factures.",
        "Archiver un client le retire des listes sans rien effacer : on le restaure quand on veut.",
    ),
    ("Échéance", "Encaissement"),
)
_EXPENSES = Topic(
    "Dépenses",
    (
        "Photographiez le justificatif le jour même : c’est la dépense qui manque le plus souvent.",
        "Envoyez la note quand le mois est complet. Tant qu’elle n’est pas approuvée, vous pouvez "
        "la reprendre.",
        "Un trajet avec votre véhicule n’a pas de ticket : le barème en calcule le montant.",
    ),
    ("Note de dépenses", "Justificatif", "Indemnités kilométriques"),
)
_TRANSFERS = Topic(
    "Virements",
    (
        "Cochez ce qui est à payer : un lot s’ouvre. Fermez-le : il reçoit son numéro et son "
        "fichier, que vous déposez à la banque.",
        "Notez-le exécuté quand il est au relevé : les notes sont remboursées, les écritures "
        "passées. Rejeté par la banque, annulez-le : ses virements attendent un autre lot.",
        "L’IBAN et le titulaire sont ceux de la fiche, le jour où le virement entre dans le lot.",
    ),
    ("Note de dépenses", "Écriture"),
)
_TREASURY = Topic(
    "Votre trésorerie",
    (
        "Chaque mouvement dit d’où il vient et ce qu’il change à votre disponible ; ouvrez-le pour "
        "le lire ligne par ligne.",
        "La réserve est à vous : changez-la ici, le salaire possible suit aussitôt.",
    ),
    ("Disponible", "Réserve", "Salaire possible", "Provision", "Contribution coopérative"),
)
_SALARIES = Topic(
    "Vos salaires",
    (
        "Fixez un brut, un net ou un coût total, ou demandez tout ce que vous pouvez : la page dit "
        "aussitôt ce que chaque choix coûte et laisse.",
        "Votre choix vaut pour les mois suivants tant que vous n’en changez pas.",
        "Le bulletin se télécharge ici une fois la paie validée.",
    ),
    ("Brut", "Net avant impôt", "Net versé", "Montant net social", "Prélèvement à la source"),
)
_PATH = Topic(
    "Votre parcours",
    (
        "Les étapes faites, celle où vous êtes, et ce qui vient avec sa date limite.",
        "Un changement d’IBAN se voit par l’équipe d’appui avant le prochain virement.",
    ),
    ("CAPE", "CESA", "Associé·e", "Part fixe et part variable", "Accompagnateur·rice"),
)
_ASSEMBLIES = Topic(
    "Assemblées",
    (
        "L’ordre du jour, les règles de majorité de chaque question et, une fois la séance close, "
        "les résultats.",
    ),
    ("Associé·e", "Quorum", "Part sociale"),
)
_BOOK_OF_ORDERS = Topic(
    "Carnet de commandes",
    (
        "Un devis accepté y reste jusqu’à ce qu’il soit entièrement facturé. Un acompte ou une "
        "situation en baisse le reste, un avoir le rend.",
        "Une facture de solde le ferme, même plus petite que le devis\u00a0: rien d’autre ne "
        "viendra.",
    ),
    ("Carnet de commandes", "HT et TTC"),
)
_INTERNAL = Topic(
    "Commandes internes",
    (
        "Vous travaillez pour une autre enseigne, ou pour la coopérative : proposez-lui une "
        "commande, elle l’accepte ou la refuse en disant pourquoi.",
        "Acceptée, elle est numérotée et l’argent change de disponible dans l’instant. Personne "
        "n’en accepte plus qu’il n’a : l’équipe d’appui seule peut passer outre.",
        "Pour revenir sur une commande acceptée, qui a reçu l’argent l’annule et le rend.",
    ),
    ("Commande interne", "Disponible"),
)
_INBOX = Topic(
    "À valider",
    (
        "Factures et notes de dépenses, la plus ancienne d’abord, avec leur document à côté.",
        "Un refus demande une raison : la personne la reçoit et peut corriger puis renvoyer.",
        "Personne n’approuve ses propres dépenses.",
    ),
    ("Justificatif", "Avoir", "Note de dépenses"),
)
_RECEIVABLES = Topic(
    "Encaissements",
    (
        "Les factures qui attendent leur argent, la plus en retard d’abord. Cherchez un numéro, un "
        "client ou un montant.",
        "Un règlement partiel laisse la facture ouverte pour le reste.",
    ),
    ("Encaissement", "Échéance", "Lettrage"),
)
_PEOPLE = Topic(
    "Entrepreneur·es",
    (
        "La fiche d’une personne dit où elle en est, ses contrats, ses enseignes et ce qui doit se "
        "faire avant une date.",
        "La situation suit les étapes datées ; elle ne se change pas à la main.",
    ),
    ("CAPE", "CESA", "Associé·e", "Enseigne"),
)
_PAY = Topic(
    "La paie",
    (
        "Ouvrez le mois, calculez, regardez les contrôles, validez : chaque étape dit ce qui "
        "l’empêche.",
        "Une ligne bloquée ne peut pas être validée. Ouvrez-la : le calcul y est montré de la "
        "banque au net.",
        "Une fois validé, un bulletin est figé et passé en comptabilité.",
    ),
    ("Salaire possible", "Réserve", "Coût total", "Part fixe et part variable"),
)
_BOOKS = Topic(
    "Comptabilité",
    (
        "La balance, un compte, une écriture : chaque montant s’ouvre jusqu’à la pièce.",
        "Une écriture ne se modifie pas. Un mois clôturé n’en accepte plus.",
    ),
    ("Écriture", "Compte analytique", "Lettrage", "Contribution coopérative"),
)
_MEMBERS = Topic(
    "Associé·es",
    ("Le registre : qui, depuis quand, combien de parts. Un mouvement ne s’efface pas.",),
    ("Associé·e", "Part sociale", "SCOP et SCIC"),
)
_SETTINGS = Topic(
    "Réglages",
    (
        "Ce qui a servi à écrire des comptes ne change plus ; la page dit pourquoi.",
        "Une nouvelle règle de contribution prend effet à sa date, jamais avant.",
    ),
    ("Contribution coopérative", "TVA sur les encaissements", "SCOP et SCIC"),
)
_ACCESS = Topic(
    "Accès et rôles",
    (
        "Un accès est une personne, ici, avec un rôle ; un rôle est une liste de droits.",
        "Fermer un accès ne supprime rien de ce que la personne a fait.",
    ),
)

_CHECKS = Topic(
    "Contrôles de la nuit",
    (
        "Chaque nuit, les comptes, les numéros et les documents sont recalculés. Cette page dit ce "
        "qui ne correspond pas, et où.",
    ),
    ("Écriture", "Compte analytique"),
)

_RECURRENCES = Topic(
    "Factures récurrentes",
    (
        "Une facture écrite une fois, faite à chaque date : abonnement, entretien, loyer. « À "
        "relire » prépare un brouillon et vous prévient ; « automatique » l’émet jusqu’à votre "
        "plafond, et la soumet à l’équipe d’appui au-delà.",
        "Écrivez {mois}, {annee}, {trimestre} ou {periode} dans l’objet et les lignes : chaque "
        "facture le remplace et le garde.",
        "Une date n’est ni perdue ni faite deux fois. Si quelque chose l’empêche, la récurrence "
        "s’arrête, dit pourquoi, et vous écrit. À la reprise, vous choisissez de facturer ou non "
        "les dates passées.",
        "Une modification vaut pour les dates à venir. Une date sautée compte dans le nombre de "
        "fois.",
    ),
)

#: By the page one comes from (`invoicing:quotes`), else by its part of the site (`payroll`).
_TOPICS = {
    "checks": _CHECKS,
    "invoicing": _SALES,
    "payroll": _PAY,
    "accounting": _BOOKS,
    "entrepreneurs": _PEOPLE,
    "governance": _ASSEMBLIES,
    "onboarding": _SETTINGS,
    **dict.fromkeys(("invoicing:inbox", "invoicing:inbox_refuse"), _INBOX),
    **dict.fromkeys(
        (
            "invoicing:internal_orders",
            "invoicing:internal_order",
            "invoicing:internal_new",
            "invoicing:internal_edit",
            "invoicing:internal_refuse",
            "invoicing:internal_cancel",
        ),
        _INTERNAL,
    ),
    **dict.fromkeys(
        (
            "invoicing:recurrences",
            "invoicing:recurrence",
            "invoicing:recurrence_new",
            "invoicing:recurrence_edit",
        ),
        _RECURRENCES,
    ),
    "invoicing:order_book": _BOOK_OF_ORDERS,
    **dict.fromkeys(
        (
            "invoicing:customers",
            "invoicing:customer",
            "invoicing:customer_new",
            "invoicing:customer_edit",
        ),
        _CUSTOMERS,
    ),
    **dict.fromkeys(
        (
            "invoicing:sheets",
            "invoicing:sheet",
            "invoicing:expense_new",
            "invoicing:journey_new",
            "invoicing:refunds",
        ),
        _EXPENSES,
    ),
    **dict.fromkeys(("invoicing:transfers", "invoicing:batch"), _TRANSFERS),
    **dict.fromkeys(("invoicing:receivables", "invoicing:payment_record"), _RECEIVABLES),
    **dict.fromkeys(("accounting:treasury", "accounting:movement"), _TREASURY),
    **dict.fromkeys(("payroll:salaries", "payroll:own_payslip"), _SALARIES),
    **dict.fromkeys(
        ("entrepreneurs:path", "entrepreneurs:own_iban", "entrepreneurs:own_reserve"), _PATH
    ),
    **dict.fromkeys(("governance:members", "governance:member"), _MEMBERS),
    **dict.fromkeys(
        ("onboarding:access", "onboarding:invite", "onboarding:roles", "onboarding:edit_role"),
        _ACCESS,
    ),
}


def topic_of(page: str, *, is_own: bool) -> Topic | None:
    """Return what is said of a page, by the name of its address; None of an unknown one."""
    if page == "home":
        return _HOME if is_own else _DESK
    return _TOPICS.get(page) or _TOPICS.get(page.partition(":")[0])


def words_of(topic: Topic | None) -> list[Word]:
    return [BY_NAME[name] for name in topic.words] if topic else []
