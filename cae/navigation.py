"""The frame of a page for the person who reads it: their menu, their tabs, what waits for them.

An entry is there when the person may open it, and only then.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

from cae.core.enums import Right
from cae.core.permissions import has_right
from cae.core.requests import PlaceRequest, address
from cae.core.shell import Help, NavGroup, NavItem, Place, Shell
from cae.core.tenancy import current_context
from entrepreneurs import queries as people
from invoicing import queries as sales


def shell_of(request: PlaceRequest) -> Shell:
    """Return the frame of this request's page."""
    return _Frame(request).shell()


class _Frame:
    def __init__(self, request: PlaceRequest) -> None:
        self.request = request
        self.membership = request.membership
        self.cooperative = request.cooperative
        context = current_context()
        self.own = context.own if context else None
        self.person = people.person_of(self.membership) if self.own else None

    def shell(self) -> Shell:
        groups = self._own() if self.membership.role.own_only else self._work()
        return Shell(
            cooperative=self.cooperative.name,
            detail=f"{self.cooperative.get_legal_form_display().split()[0]} CAE · "
            f"{self.cooperative.town}",
            home_url=self._url("home"),
            groups=[group for group in groups if group.items],
            tabs=self._tabs(),
            creates=self._creates(),
            places=self._places(),
            person=self.person.full_name if self.person else people.display_name(self.membership),
            role=self.membership.role.label,
            account=[
                NavItem("Sécurité du compte", reverse("mfa_index"), "shield-check"),
                NavItem("Mot de passe", reverse("account_change_password"), "lock"),
                NavItem("Mes sessions", reverse("account_sessions"), "monitor"),
                NavItem("Mes exports", self._url("exports"), "download"),
                NavItem("Clés d’API", self._url("api_keys"), "key-round"),
            ],
            logout_url=reverse("account_logout"),
            search_url=self._url("search"),
            help=self._help(),
        )

    def _own(self) -> list[NavGroup]:
        missing = len(sales.expenses_without_voucher(self.own.person_id)) if self.own else 0
        return [
            NavGroup(
                [
                    self._item("Accueil", "home", "house"),
                    self._item("Devis et factures", "invoicing:sales", "receipt-text"),
                    self._item("Relances", "invoicing:reminders", "clock"),
                    self._item("Clients", "invoicing:customers", "users"),
                    self._item("Dépenses", "invoicing:sheets", "wallet", badge=missing),
                    self._item("Ma trésorerie", "accounting:treasury", "piggy-bank"),
                    self._item("Mes salaires", "payroll:salaries", "banknote"),
                ]
            ),
            NavGroup(
                [
                    self._item("Assemblées", "governance:assemblies", "vote"),
                    self._item("Mon parcours", "entrepreneurs:path", "sprout"),
                ],
                label="La coopérative",
            ),
        ]

    def _work(self) -> list[NavGroup]:
        return [
            NavGroup([self._first(), *self._daily]),
            NavGroup(self._cooperative(), label="La coopérative"),
            NavGroup(self._settings(), label="Réglages"),
        ]

    def _first(self) -> NavItem:
        label = "Pilotage" if self._may(Right.STEER) else "Accueil"
        return self._item(label, "home", "layout-dashboard")

    @cached_property
    def _daily(self) -> list[NavItem]:
        items = []
        may_invoices = self._may(Right.VALIDATE_INVOICE)
        may_sheets = self._may(Right.VALIDATE_EXPENSE)
        if may_invoices or may_sheets:
            waiting = sales.waiting(invoices=may_invoices, sheets=may_sheets).total
            items.append(self._item("À valider", "invoicing:inbox", "list-checks", badge=waiting))
        if self._may(Right.SEE_PEOPLE):
            items.append(self._item("Entrepreneurs", "entrepreneurs:people", "users"))
        if self._may(Right.SEE_SALES):
            items.append(self._item("Devis et factures", "invoicing:sales", "receipt-text"))
        if self._may(Right.RECORD_PAYMENT):
            items.append(self._item("Encaissements", "invoicing:receivables", "hand-coins"))
        if self._may(Right.RECORD_PAYMENT, Right.VALIDATE_INVOICE):
            items.append(self._item("Relances", "invoicing:reminders", "clock"))
        if self._may(Right.RECORD_PAYMENT):
            items.append(self._item("Remboursements", "invoicing:refunds", "wallet"))
            items.append(self._item("Virements", "invoicing:transfers", "send"))
        if self._may(Right.RUN_PAYROLL):
            items.append(self._item("Paie", "payroll:runs", "banknote"))
        if self._may(Right.SEE_ACCOUNTS):
            items.append(self._item("Comptabilité", "accounting:books", "landmark"))
        return items

    def _cooperative(self) -> list[NavItem]:
        items = []
        if self._may(Right.SEE_MEMBERS):
            items.append(self._item("Associés", "governance:members", "handshake"))
        if self._may(Right.SEE_ASSEMBLIES):
            items.append(self._item("Assemblées", "governance:assemblies", "vote"))
        return items

    def _settings(self) -> list[NavItem]:
        items = []
        if self._may(Right.CONFIGURE):
            items.append(self._item("Coopérative", "onboarding:settings", "settings"))
        if self._may(Right.INVITE):
            items.append(self._item("Accès", "onboarding:access", "user-plus"))
            items.append(self._item("Rôles", "onboarding:roles", "shield-check"))
        return items

    def _tabs(self) -> list[NavItem]:
        """Return the four places of a phone; « Plus » opens the rest."""
        if self.membership.role.own_only:
            expense = self._item("Dépense", "invoicing:expense_new", "camera")
            return [
                self._item("Accueil", "home", "house"),
                self._item("Ventes", "invoicing:sales", "receipt-text"),
                replace(expense, main=True),
                self._item("La coop", "governance:assemblies", "vote"),
            ]
        short = {"Entrepreneurs": "Personnes", "Devis et factures": "Ventes"}
        items = [self._first(), *self._daily][:4]
        return [replace(item, label=short.get(item.label, item.label)) for item in items]

    def _creates(self) -> list[NavItem]:
        if not self.membership.role.own_only:
            return []
        return [
            self._item("Devis", "invoicing:quote_new", "file-pen-line"),
            self._item("Facture", "invoicing:invoice_new", "receipt-text"),
            self._item("Client", "invoicing:customer_new", "user-plus"),
            self._item("Dépense", "invoicing:expense_new", "camera"),
            self._item("Trajet", "invoicing:journey_new", "car"),
        ]

    def _help(self) -> Help:
        """Return the way to the help of this page, and who answers."""
        adviser = self.person.adviser if self.person else None
        detail = f"{adviser.first_name} vous accompagne" if adviser else "Aide et mots d’ici"
        page = self.request.resolver_match.view_name if self.request.resolver_match else ""
        return Help(
            "Une question\u00a0?", detail, f"{self._url('help')}?{urlencode({'page': page})}"
        )

    def _places(self) -> list[Place]:
        return [
            Place(
                name=place.cooperative.name,
                detail=place.role.label,
                url=reverse("change_place", args=[place.pk]),
                current=place.pk == self.membership.pk,
            )
            for place in self.request.places
        ]

    def _may(self, *rights: Right) -> bool:
        return any(has_right(self.membership, right) for right in rights)

    def _url(self, name: str) -> str:
        return address(name, self.cooperative.slug)

    def _item(self, label: str, name: str, icon: str, *, badge: int = 0) -> NavItem:
        url = self._url(name)
        here = self.request.path
        at_home = url == self._url("home")
        return NavItem(
            label, url, icon, active=here == url if at_home else here.startswith(url), badge=badge
        )
