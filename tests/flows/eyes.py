"""How one installation looks to the four people whom it concerns, as they read it on their pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from tests.factories.accounts import make_operator
from tests.factories.partners import make_member
from tests.flows.browser import Browser, Page

from fondaco.accounts.models import Person, User
from fondaco.accounts.permissions import OperatorRole
from fondaco.installs.models import Installation

SITE = "http://testserver"
_BADGE = re.compile(r'<(a|span) class="app-badge[^>]*>.*?aria-label="(?:Ledgerline: )?([^"]+)"', re.DOTALL)
_TILE = re.compile(r'<li class="app(?P<dim> dim)?">(?P<inside>.*?)</li>', re.DOTALL)


@dataclass(frozen=True)
class Tile:
    """One app in My Apps. ``badge`` is in words; ``badge_leads`` says that it can be clicked."""

    state: str
    badge: str = ""
    is_dim: bool = False
    launches: bool = True
    has_gear: bool = True
    has_force: bool = False
    badge_leads: bool = False

    def for_user(self) -> Tile:
        """The same for who only holds a licence."""
        return Tile(self.state, self.badge, self.is_dim, self.launches, has_gear=False)


@dataclass
class Eyes:
    """``ada`` manages, ``samir`` only holds a licence, ``devi`` develops the app, ``ines`` is of the platform."""

    installation: Installation
    ada: Browser
    samir: Browser
    devi: Browser
    ines: Browser

    @property
    def page(self) -> str:
        """The management window's address."""
        return f"/my-apps/{self.installation.pk.hex}"

    def status(self) -> str:
        """As the wire says it."""
        return Installation.objects.get(pk=self.installation.pk).status

    def tile(self, browser: Browser) -> Tile:
        """The app in this customer's My Apps."""
        found = _TILE.search(browser.open("/my-apps").html)
        assert found, browser.page and browser.page.text
        inside = unescape(found["inside"])
        badge = _BADGE.search(inside)
        state = re.search(r'class="app-state[^"]*">([^<]*)<', inside)
        assert state
        return Tile(
            state=state[1].replace("\N{NO-BREAK SPACE}", " "),
            badge=badge[2] if badge else "",
            is_dim=bool(found["dim"]),
            launches='href="/launch/' in inside,
            has_gear="app-gear" in inside,
            has_force="app-force" in inside,
            badge_leads=bool(badge) and badge[1] == "a",
        )

    def badge_of(self, browser: Browser) -> str:
        """Where the badge of the app in this customer's My Apps leads."""
        found = re.search(r'<a class="app-badge[^"]*" href="([^"]*)"', browser.open("/my-apps").html)
        assert found, browser.page and browser.page.text
        return unescape(found[1])

    def check(self, tile: Tile, *, partner: str, operator: str = "", user: Tile | None = None) -> None:
        """All four at once: the customers' tiles, and the word on the pages of the partner and of support."""
        assert self.tile(self.ada) == tile
        assert self.tile(self.samir) == (user or tile.for_user())
        seen = self.devi.open(f"/portal/installations/{self.installation.pk.hex}")
        assert _state_on(seen) == partner
        seen = self.ines.open(f"/backoffice/installations/{self.installation.pk.hex}")
        assert _state_on(seen) == (operator or partner)

    def launch(self, browser: Browser) -> int:
        """The status of a click on the icon; 302 leads on to the app."""
        return browser.status_of(f"/launch/{self.installation.pk.hex}")


def open_eyes(installation: Installation) -> Eyes:
    """Signs all four in."""
    samir = User.objects.get(account=installation.account, role__key="supervisor")
    devi = make_member(installation.app.partner)
    ines = make_operator(OperatorRole.SUPPORT)
    people = (installation.installed_by.person, samir.person, devi.person, ines.person)
    return Eyes(installation, *(_browser(person) for person in people))


def _browser(person: Person) -> Browser:
    browser = Browser(SITE)
    browser.enter_as(person)
    return browser


def _state_on(page: Page) -> str:
    found = re.search(r'<h1>.*?<span class="pill [^"]*">(.*?)</span>\s*</h1>', page.html, re.DOTALL)
    assert found, page.text
    return re.sub(r"<svg.*?</svg>|<[^>]+>", "", found[1], flags=re.DOTALL).strip()
