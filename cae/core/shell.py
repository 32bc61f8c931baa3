"""What the frame of every page shows: the rail, the top bar, the tabs of the phone.

Whoever knows the person's role puts a `Shell` on the request (`request.shell`, built when first
read if it is a lazy object); `base.html` draws it. Groups hold only what the person may open: what
is not there yet has no entry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from django.http import HttpRequest

from cae.core.theme import theme_url

THEME_COOKIE = "cae_theme"
FONT_COOKIE = "cae_police"
THEMES = ("", "light", "dark")
FONTS = ("", "lisible")


@dataclass(frozen=True, slots=True)
class NavItem:
    """A place to go. `icon` is a name of the sprite; `active` marks the page one is on.

    `badge` counts what waits there, and `badge_label` says it to a screen reader.
    """

    label: str
    url: str
    icon: str
    active: bool = False
    badge: int = 0
    badge_label: str = "à traiter"
    shortcut: str = ""
    main: bool = False  # the tab in the middle of the phone's bar, drawn stronger


@dataclass(frozen=True, slots=True)
class NavGroup:
    items: Sequence[NavItem]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A cooperative the person may switch to."""

    name: str
    detail: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Help:
    label: str
    detail: str
    url: str


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of a page, for one person in one cooperative.

    `tabs`: at most four, « Plus » is added after them and opens the rail.
    `creates`: one is a button of the top bar, several a menu « Créer ».
    `places`: the cooperatives of this person, none or one hides the switcher.
    """

    cooperative: str
    detail: str
    home_url: str
    groups: Sequence[NavGroup]
    tabs: Sequence[NavItem] = ()
    creates: Sequence[NavItem] = ()
    places: Sequence[Place] = ()
    person: str = ""
    role: str = ""
    account: Sequence[NavItem] = ()
    logout_url: str = ""
    search_url: str = ""
    search_hint: str = "Client, facture, montant…"
    alerts: NavItem | None = None
    help: Help | None = None
    logo_url: str = ""


@dataclass(frozen=True, slots=True)
class Appearance:
    """How this browser wants its pages: empty means as the machine says."""

    theme: str = ""
    font: str = ""


class FrameContext(TypedDict):
    shell: Shell | None
    appearance: Appearance
    theme_url: str


def appearance_of(request: HttpRequest) -> Appearance:
    """Return the theme and the font kept in this browser's cookies, known values only."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    font = request.COOKIES.get(FONT_COOKIE, "")
    return Appearance(theme if theme in THEMES else "", font if font in FONTS else "")


def shell(request: HttpRequest) -> FrameContext:
    """Context processor: the frame that whoever knows the person's role put on the request.

    Inside a cooperative, and behind its public links, `theme_url` is the stylesheet of its colour.
    """
    cooperative = getattr(request, "cooperative", None)
    return {
        "shell": getattr(request, "shell", None),
        "appearance": appearance_of(request),
        "theme_url": theme_url(cooperative) if cooperative else "",
    }
