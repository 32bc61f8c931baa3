"""The search of the top bar: each floor is asked for what this person may open, and no more.

Row-level security hides other cooperatives and neighbours; rights decide which floors are asked.
The number of queries depends on the role alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.decorators.http import require_safe

from accounting.queries import books
from cae.core.enums import Right
from cae.core.periods import french_date, french_month, of_french_month
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.search import LONGEST, Sought, sought
from cae.core.shell import Shell
from cae.core.tenancy import current_context
from cae.core.words import folded
from entrepreneurs import queries as people
from entrepreneurs.models import Activity, Entrepreneur
from governance import queries as life
from invoicing import queries as sales
from invoicing.enums import InvoiceKind
from invoicing.models import ExpenseSheet, Invoice, Quote
from invoicing.permissions import seen_activity_ids
from payroll import queries as pay

#: Of each kind: in the window over a page, and on the page of the search.
_FEW, _MANY = 5, 25


@dataclass(frozen=True, slots=True)
class Hit:
    label: str
    note: str
    url: str
    icon: str
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind; `more_url` lists all of it where there is more."""

    label: str
    hits: Sequence[Hit]
    more_url: str = ""


@dataclass(frozen=True, slots=True)
class _Kind:
    """Something to find. Naming it looks for nothing else: « facture Ébène »."""

    label: str
    nouns: str
    find: Callable[[Sought, int], list[Hit]]
    #: The list that takes the same words in `?q=`.
    list_name: str = ""


@requires(*Right)
@require_safe
def search(request: PlaceRequest, slug: str) -> HttpResponse:
    """Show what is found: alone for the window of the top bar, else as a page."""
    typed = request.GET.get("q", "")
    wanted = sought(typed)
    is_window = bool(request.htmx)
    groups = list(_Search(request).groups(wanted, most=_FEW if is_window else _MANY))
    return render(
        request,
        "home/_found.html" if is_window else "home/search.html",
        {
            "q": typed[:LONGEST],
            "wanted": wanted,
            "groups": groups,
            "count": sum(len(group.hits) for group in groups),
            "is_window": is_window,
        },
    )


class _Search:
    def __init__(self, request: PlaceRequest) -> None:
        self.request = request
        self.membership = request.membership
        context = current_context()
        self.own = context.own if context else None

    def groups(self, wanted: Sought, *, most: int) -> Iterator[Group]:
        """Yield what is found of each kind, those that have something."""
        if wanted.is_too_short:
            return
        if pages := self._pages(wanted):
            yield Group("Aller à", pages[:most])
        kinds = list(self._kinds())
        named = [kind for kind in kinds if set(kind.nouns.split()) & set(wanted.words)]
        found = [
            group
            for kind in named
            for group in self._of_kind(kind, wanted.without(*kind.nouns.split()), most)
        ]
        # « Devis Express » may also be the name of somebody.
        yield from found or (g for kind in kinds for g in self._of_kind(kind, wanted, most))

    def _of_kind(self, kind: _Kind, wanted: Sought, most: int) -> Iterator[Group]:
        hits = kind.find(wanted, most + 1)
        if hits:
            more_url = self._list_url(kind, wanted) if len(hits) > most else ""
            yield Group(kind.label, hits[:most], more_url)

    def _kinds(self) -> Iterator[_Kind]:
        if self._may(Right.SEE_PEOPLE):
            nouns = "entrepreneur entrepreneure entrepreneurs entrepreneures"
            yield _Kind("Entrepreneur·es", nouns, self._people, "entrepreneurs:people")
        if self._may(Right.SEE_PEOPLE, Right.SEE_OWN):
            yield _Kind("Enseignes", "enseigne enseignes", self._activities)
        if self._may(Right.SEE_SALES, Right.SELL):
            yield _Kind("Clients", "client clients", self._customers, "invoicing:customers")
            yield _Kind("Devis", "devis", self._quotes, "invoicing:quotes")
            nouns = "facture factures avoir avoirs"
            yield _Kind("Factures et avoirs", nouns, self._invoices, "invoicing:invoices")
            yield _Kind("Affaires", "affaire affaires", self._deals, "invoicing:deals")
            yield _Kind("Dossiers", "dossier dossiers", self._folders, "invoicing:folders")
            if self.request.cooperative.internal_orders:
                nouns = "interne internes commande commandes"
                yield _Kind("Commandes internes", nouns, self._internal_orders)
        if self._may(Right.SPEND, Right.VALIDATE_EXPENSE, Right.RECORD_PAYMENT):
            yield _Kind("Dépenses", "depense depenses frais", self._expenses)
        if self._may(Right.RUN_PAYROLL, Right.CHOOSE_SALARY):
            nouns = "bulletin bulletins paie salaire salaires"
            yield _Kind("Bulletins de paie", nouns, self._payslips)
        if self._may(Right.SEE_MEMBERS):
            nouns = "associe associee associes associees"
            yield _Kind("Associé·es", nouns, self._members, "governance:members")
        if self._may(Right.SEE_ACCOUNTS):
            yield _Kind("Écritures", "ecriture ecritures", self._entries)
        elif self.own and self._may(Right.SEE_OWN):
            yield _Kind("Ma trésorerie", "mouvement mouvements", self._movements)

    # -- one kind each -----------------------------------------------------------------------

    def _pages(self, wanted: Sought) -> list[Hit]:
        """Return the places of the menu whose name holds every word."""
        shell: Shell = self.request.shell  # type: ignore[attr-defined]
        menu = [(item, group.label) for group in shell.groups for item in group.items]
        menu += [(item, "Créer") for item in shell.creates]
        return [
            Hit(item.label, label, item.url, item.icon)
            for item, label in menu
            if wanted.words and all(word in folded(item.label) for word in wanted.words)
        ]

    def _people(self, wanted: Sought, most: int) -> list[Hit]:
        return [
            Hit(
                person.full_name,
                f"{person.get_situation_display()} · {person.email}",
                self._url("entrepreneurs:person", person.pk),
                "user",
            )
            for person in people.found_people(wanted, most=most)
        ]

    def _activities(self, wanted: Sought, most: int) -> list[Hit]:
        return [
            Hit(
                activity.name,
                " · ".join(filter(None, [activity.code, activity.trade])),
                self._activity_url(activity),
                "tag",
            )
            for activity in people.found_activities(wanted, most=most)
        ]

    def _activity_url(self, activity: Activity) -> str:
        """Return the page that shows an activity: its first person's, or one's own path."""
        holders: list[Entrepreneur] = [part.entrepreneur for part in activity.members.all()]
        if self._may(Right.SEE_PEOPLE) and holders:
            return self._url("entrepreneurs:person", holders[0].pk)
        return self._url("entrepreneurs:path")

    def _customers(self, wanted: Sought, most: int) -> list[Hit]:
        found = sales.found_customers(wanted, activity_ids=self._activity_ids, most=most)
        names = self._activity_names(customer.activity_id for customer in found)
        return [
            Hit(
                customer.name,
                _joined(customer.town, names.get(customer.activity_id)),
                self._url("invoicing:customer", customer.pk),
                "building-2",
            )
            for customer in found
        ]

    def _quotes(self, wanted: Sought, most: int) -> list[Hit]:
        found = sales.found_sales(Quote, wanted, activity_ids=self._activity_ids, most=most)
        names = self._activity_names(quote.activity_id for quote in found)
        return [
            Hit(
                _joined(quote.number or "Devis", quote.customer_name),
                _joined(quote.subject, quote.get_status_display(), names.get(quote.activity_id)),
                self._url("invoicing:quote", quote.pk),
                "file-pen-line",
                quote.gross,
            )
            for quote in found
        ]

    def _invoices(self, wanted: Sought, most: int) -> list[Hit]:
        found = sales.found_sales(Invoice, wanted, activity_ids=self._activity_ids, most=most)
        names = self._activity_names(invoice.activity_id for invoice in found)
        return [
            Hit(
                _joined(invoice.number or invoice.get_kind_display(), invoice.customer_name),
                _joined(invoice.subject, _dated(invoice), names.get(invoice.activity_id)),
                self._url("invoicing:invoice", invoice.pk),
                "receipt-text",
                -invoice.gross if invoice.kind == InvoiceKind.CREDIT_NOTE else invoice.gross,
            )
            for invoice in found
        ]

    def _deals(self, wanted: Sought, most: int) -> list[Hit]:
        found = sales.found_deals(wanted, activity_ids=self._activity_ids, most=most)
        names = self._activity_names(deal.activity_id for deal in found)
        return [
            Hit(
                deal.name,
                _joined("Close" if deal.closed_on else "En cours", names.get(deal.activity_id)),
                self._url("invoicing:deal", deal.pk),
                "folder",
            )
            for deal in found
        ]

    def _folders(self, wanted: Sought, most: int) -> list[Hit]:
        found = sales.found_folders(wanted, activity_ids=self._activity_ids, most=most)
        return [
            Hit(
                str(folder),
                _joined("Archivé" if folder.archived_at else "En cours", folder.activity.name),
                self._url("invoicing:folder", folder.pk),
                "folder",
            )
            for folder in found
        ]

    def _internal_orders(self, wanted: Sought, most: int) -> list[Hit]:
        return [
            Hit(
                _joined(order.number or "Commande interne", order.subject),
                _joined(f"{order.seller_name} pour {order.buyer_name}", order.get_status_display()),
                self._url("invoicing:internal_order", order.pk),
                "handshake",
                order.total,
            )
            for order in sales.found_internal_orders(
                wanted, activity_ids=self._activity_ids, most=most
            )
        ]

    def _expenses(self, wanted: Sought, most: int) -> list[Hit]:
        drafts = self.own is not None
        sheets = [
            Hit(
                _sheet_name(sheet),
                _joined(sheet.person_name, sheet.get_status_display()),
                self._url("invoicing:sheet", sheet.pk),
                "wallet",
                sheet.gross,
            )
            for sheet in sales.found_sheets(wanted, drafts=drafts, most=most)
        ]
        lines = [
            Hit(
                line.label,
                _joined(_sheet_name(line.sheet), french_date(line.spent_on)),
                self._url("invoicing:sheet", line.sheet_id),
                "wallet",
                line.paid,
            )
            for line in sales.found_expenses(wanted, drafts=drafts, most=most)
        ]
        return [*lines, *sheets]

    def _payslips(self, wanted: Sought, most: int) -> list[Hit]:
        is_staff = self._may(Right.RUN_PAYROLL)
        person = None if is_staff else people.person_of(self.membership)
        if not is_staff and person is None:
            return []
        page = "payroll:payslip" if is_staff else "payroll:own_payslip"
        return [
            Hit(
                _joined(french_month(slip.month).capitalize(), slip.entrepreneur.full_name),
                f"Net versé · {slip.get_status_display().lower()}",
                self._url(page, slip.pk),
                "banknote",
                slip.net_paid,
            )
            for slip in pay.found_payslips(wanted, person=person, most=most)
        ]

    def _members(self, wanted: Sought, most: int) -> list[Hit]:
        return [
            Hit(
                member.full_name,
                _joined(f"Nº {member.number} au registre", member.email),
                self._url("governance:member", member.pk),
                "handshake",
            )
            for member in life.found_members(wanted, most=most)
        ]

    def _entries(self, wanted: Sought, most: int) -> list[Hit]:
        return self._lines(wanted, most, page="accounting:entry")

    def _movements(self, wanted: Sought, most: int) -> list[Hit]:
        return self._lines(wanted, most, page="accounting:movement")

    def _lines(self, wanted: Sought, most: int, *, page: str) -> list[Hit]:
        analytics = self.own.analytic_ids if self.own else None
        return [
            Hit(
                line.label,
                _joined(line.piece, french_date(line.date)),
                self._url(page, line.entry_id),
                "landmark",
                line.debit or line.credit,
            )
            for line in books.found_lines(wanted, analytics=analytics, most=most)
        ]

    # -- who asks ----------------------------------------------------------------------------

    @cached_property
    def _activity_ids(self) -> tuple[int, ...] | None:
        return seen_activity_ids(self.membership)

    def _activity_names(self, ids: Iterable[int]) -> dict[int, str]:
        """Return the names of activities for staff; one's own customers need none."""
        return {} if self.own else people.activity_names(ids)

    def _may(self, *rights: Right) -> bool:
        return any(has_right(self.membership, right) for right in rights)

    def _url(self, name: str, *args: object) -> str:
        return reverse(name, args=[self.request.cooperative.slug, *args])

    def _list_url(self, kind: _Kind, wanted: Sought) -> str:
        if not kind.list_name:
            return ""
        return f"{self._url(kind.list_name)}?{urlencode({'q': ' '.join(wanted.words)})}"


def _joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def _dated(invoice: Invoice) -> str:
    return french_date(invoice.issued_on) if invoice.issued_on else invoice.get_status_display()


def _sheet_name(sheet: ExpenseSheet) -> str:
    return sheet.number or f"Note {of_french_month(sheet.month)}"
