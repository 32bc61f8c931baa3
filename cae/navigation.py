"""The frame of a page for the person who reads it: their menu, their tabs, what waits for them.

An entry is there when the person may open it, and only then.
"""

from __future__ import annotations

from django.urls import reverse

from cae.core.enums import Right
from cae.core.permissions import has_right
from cae.core.requests import PlaceRequest
from cae.core.shell import NavGroup, NavItem, Place, Shell
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

    def shell(self) -> Shell:
        groups = self._own() if self.membership.role.own_only else self._work()
        return Shell(
            cooperative=self.cooperative.name,
            detail=f"{self.cooperative.get_legal_form_display().split()[0]} CAE · "
            f"{self.cooperative.town}",
            home_url=self._url("home"),
            groups=[group for group in groups if group.items],
            places=self._places(),
            person=people.display_name(self.membership),
            role=self.membership.role.label,
            account=[
                NavItem("Sécurité du compte", reverse("mfa_index"), "shield-check"),
                NavItem("Mot de passe", reverse("account_change_password"), "lock"),
            ],
            logout_url=reverse("account_logout"),
        )

    def _own(self) -> list[NavGroup]:
        return [
            NavGroup(
                [
                    self._item("Accueil", "home", "house"),
                    self._item("Dépenses", "invoicing:sheets", "wallet"),
                ]
            ),
            NavGroup(
                [self._item("Mon parcours", "entrepreneurs:path", "sprout")], label="La coopérative"
            ),
        ]

    def _work(self) -> list[NavGroup]:
        may_validate = self._may(Right.VALIDATE_INVOICE, Right.VALIDATE_EXPENSE)
        items = [self._item("Accueil", "home", "house")]
        if may_validate:
            waiting = sales.waiting(
                invoices=self._may(Right.VALIDATE_INVOICE),
                sheets=self._may(Right.VALIDATE_EXPENSE),
            )
            items.append(
                self._item("À valider", "invoicing:inbox", "list-checks", badge=waiting.total)
            )
        if self._may(Right.SEE_PEOPLE):
            items.append(self._item("Entrepreneurs", "entrepreneurs:people", "users"))
        if self._may(Right.RECORD_PAYMENT):
            items.append(self._item("Encaissements", "invoicing:receivables", "banknote"))
            items.append(self._item("Remboursements", "invoicing:refunds", "wallet"))
        return [NavGroup(items)]

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

    def _url(self, name: str, *args: object) -> str:
        return reverse(name, args=[self.cooperative.slug, *args])

    def _item(self, label: str, name: str, icon: str, *, badge: int = 0) -> NavItem:
        url = self._url(name)
        here = self.request.path
        at_home = url == self._url("home")
        return NavItem(
            label, url, icon, active=here == url if at_home else here.startswith(url), badge=badge
        )
