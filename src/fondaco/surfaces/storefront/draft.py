"""What was chosen so far on the way to an order. It lies in the session; nothing else is written before the order."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Final

from django.http import HttpRequest

from fondaco.installs.auto_install import NOBODY, AutoInstall
from fondaco.installs.snapshots import Rule
from fondaco.kit.crypto import seal, unseal

_SEALED: Final = "storefront.draft.link"


@dataclass
class Draft:
    """Ids as on the wire. ``account`` is the one that the rest was chosen for."""

    account: str = ""
    version: str = ""  # empty: the published one
    link: str = ""  # the secret of an installation link, sealed: sessions lie in the database
    name: str = ""  # of the app, for pages that come before the offer is known
    plan: str = ""
    users: list[str] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)  # who gets it later without being picked
    cap: int | None = None

    @property
    def token(self) -> str:
        """The secret of the installation link that this began with; empty without one."""
        return unseal(b64decode(self.link), context=_SEALED).decode() if self.link else ""

    def begin_for(self, account_id: str, installer_id: str) -> None:
        """Starts over when the account is another one; the installer is a user from the start."""
        if self.account != account_id:
            self.account = account_id
            self.users = [installer_id]
            self.let_follow(NOBODY)

    @property
    def auto_install(self) -> AutoInstall:
        """The rules, as the domain takes them."""
        return AutoInstall(tuple(self.rules), self.cap)

    def let_follow(self, auto: AutoInstall) -> None:
        """Takes other rules."""
        self.rules, self.cap = list(auto.rules), auto.cap

    def choose_users(self, *, shown: Iterable[str], ticked: Iterable[str]) -> None:
        """What a page of people was left with; those not on that page stay as they were."""
        self.users = sorted((set(self.users) - set(shown)) | set(ticked))


def begin_by_link(version_id: str, token: str, name: str) -> Draft:
    """A draft of who came with an installation link."""
    return Draft(version=version_id, link=b64encode(seal(token.encode(), context=_SEALED)).decode(), name=name)


def load(request: HttpRequest, slug: str) -> Draft:
    """The draft for one app, or an empty one."""
    stored = request.session.get(_key(slug))
    return Draft(**stored) if stored else Draft()


def keep(request: HttpRequest, slug: str, draft: Draft) -> None:
    """Keeps the draft for as long as the session."""
    request.session[_key(slug)] = asdict(draft)


def drop(request: HttpRequest, slug: str) -> None:
    """Forgets it."""
    request.session.pop(_key(slug), None)


def _key(slug: str) -> str:
    return f"install:{slug}"
