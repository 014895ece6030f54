"""Who looks at a page, and from which place: an account, a partner, or the operator's backoffice.

One person may have several places. Each surface belongs to one kind of place; entering it switches to the last place
of that kind, so that a link from a mail works whatever was open before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.http import HttpRequest

from fondaco.accounts.models import Account, Operator, Person, User
from fondaco.accounts.permissions import Permission
from fondaco.audit.actor import Actor, ActorKind
from fondaco.identity.federation.errors import CompanySignInNeeded
from fondaco.identity.queries import with_demands
from fondaco.identity.signed_in import SignedIn
from fondaco.partners.models import Member

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

T = TypeVar("T")

_PLACE = "place"  # session key: "kind:id"
PLACE_PARAMETER = "place"  # of a mailed link: the place it leads to, as "kind:id"
FEDERATION = "federation"  # session key: {"account": whose provider vouched, "is_bound": whether nothing else did}


class PlaceKind(StrEnum):
    ACCOUNT = "account"
    PARTNER = "partner"
    OPERATOR = "operator"


_HOMES = {PlaceKind.ACCOUNT: "/my-apps", PlaceKind.PARTNER: "/portal/", PlaceKind.OPERATOR: "/backoffice/"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person works, and as what. Exactly one of ``user``, ``member``, ``operator`` is set."""

    kind: PlaceKind
    id: str
    name: str
    is_sandbox: bool = False
    user: User | None = None
    member: Member | None = None
    operator: Operator | None = None

    @property
    def key(self) -> str:
        """``kind:id``, as the switcher posts it."""
        return f"{self.kind}:{self.id}"

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the person may do here."""
        holder = self.user or self.member or self.operator
        return holder.permissions if holder else frozenset()

    @property
    def home(self) -> str:
        """The first page of this place."""
        return _HOMES[self.kind]


class Viewer:
    """The person behind a request and the place they are in. Loaded lazily: a public page asks nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._known: dict[str, Any] = {}

    @cached_property
    def person(self) -> Person | None:
        """Who is signed in, or None."""
        user = self._request.user
        return user if isinstance(user, Person) else None

    @cached_property
    def signed_in(self) -> SignedIn | None:
        """The session of whoever is signed in, and what it must be proven by."""
        found: SignedIn | None = getattr(self._request, "signed_in", None) if self.person else None
        return found

    @cached_property
    def places(self) -> list[Place]:
        """Every place this person may enter: accounts, partners, the backoffice, and last what is only a sandbox.

        The first is where a sign-in leads, and who builds apps wants the portal, not their developer account.
        """
        if self.person is None:
            return []
        users = [user for user in self._seats if self._is_open(user)]
        members = self.person.memberships.filter(is_active=True).select_related("partner__developer_account", "person")
        operator: Operator | None = getattr(self.person, "operator", None)  # came with the person
        places = [
            *(
                Place(PlaceKind.ACCOUNT, user.account_id, user.account.company_name, user.account.is_sandbox, user=user)
                for user in users
            ),
            *(
                Place(PlaceKind.PARTNER, member.partner_id.hex, member.partner.name, is_sandbox=False, member=member)
                for member in members.order_by("created_at")
            ),
        ]
        if self.bound_to:
            return places[: len(users)]
        if operator is not None and operator.is_active:
            places.append(Place(PlaceKind.OPERATOR, "staff", settings.PLATFORM_NAME, operator=operator))
        return sorted(places, key=lambda place: place.is_sandbox)

    @cached_property
    def elsewhere(self) -> list[Account]:
        """Accounts that the person belongs to, but which want them to sign in through their own provider first."""
        return [] if self.bound_to else [user.account for user in self._seats if not self._is_open(user)]

    @property
    def bound_to(self) -> str:
        """The account that is all this session opens, because only its own provider vouched; else empty."""
        return self._federation[0] if self._federation[1] else ""

    @property
    def place(self) -> Place | None:
        """The place that a mailed link names, else the one chosen last, else the first there is."""
        named = self._request.GET.get(PLACE_PARAMETER) if self._request.method in {"GET", "HEAD"} else None
        if named and any(place.key == named for place in self.places):
            self._request.session[_PLACE] = named
        chosen = self._request.session.get(_PLACE)
        return next((place for place in self.places if place.key == chosen), self.places[0] if self.places else None)

    def enter(self, kind: PlaceKind) -> Place | None:
        """Makes a place of ``kind`` the current one (staying, if this one fits); None if they have none.

        Raises :class:`CompanySignInNeeded` when the only ones there are want another way in.
        """
        current = self.place
        if current is not None and current.kind == kind:
            return current
        found = next((place for place in self.places if place.kind == kind), None)
        if found is not None:
            self._request.session[_PLACE] = found.key
        elif kind == PlaceKind.ACCOUNT:
            self.check_way_in()
        return found

    def check_way_in(self) -> None:
        """Raises :class:`CompanySignInNeeded` when an account waits behind its own sign-in."""
        for account in self.elsewhere:
            raise CompanySignInNeeded(account=account.company_name, provider=account.company_name, name=account.name)

    def switch(self, key: str) -> Place | None:
        """Makes the place with this ``key`` the current one, or returns None when it is not one of theirs."""
        found = next((place for place in self.places if place.key == key), None)
        if found is not None:
            self._request.session[_PLACE] = found.key
        return found

    @cached_property
    def _seats(self) -> list[User]:
        if self.person is None:
            return []
        users = self.person.users.filter(is_active=True).select_related("account", "role", "person")
        return list(with_demands(users).order_by("created_at"))

    @cached_property
    def _federation(self) -> tuple[str, bool]:
        found = self._request.session.get(FEDERATION) or {}
        return str(found.get("account", "")), bool(found.get("is_bound"))

    def _is_open(self, user: User) -> bool:
        account, is_bound = self._federation
        if user.account_id == account:
            return True
        return not is_bound and (user.role.is_admin or not user.must_federate)  # type: ignore[attr-defined]  # annotated

    def once(self, key: str, ask: Callable[[], T]) -> T:
        """What ``ask`` returned the first time in this request: for what several parts of a page show."""
        if key not in self._known:
            self._known[key] = ask()
        found: T = self._known[key]
        return found

    def can(self, permission: Permission | str) -> bool:
        """Whether the viewer has ``permission`` in the current place."""
        return self.place is not None and Permission(permission) in self.place.permissions

    @property
    def user(self) -> User:
        """The seat in the current account; only for views that require an account permission."""
        if self.place is None or self.place.user is None:
            raise LookupError("this view is not entered from an account")
        return self.place.user

    @property
    def member(self) -> Member:
        """The membership in the current partner; only for views that require a partner permission."""
        if self.place is None or self.place.member is None:
            raise LookupError("this view is not entered from a partner")
        return self.place.member

    @property
    def operator(self) -> Operator:
        """The operator; only for views that require an operator permission."""
        if self.place is None or self.place.operator is None:
            raise LookupError("this view is not entered from the backoffice")
        return self.place.operator

    @property
    def address(self) -> str:
        """The IP address that the request came from."""
        return str(self._request.META.get("REMOTE_ADDR", ""))

    @property
    def actor(self) -> Actor:
        """The viewer as the cause of a change."""
        if self.person is None:
            return Actor.anonymous(label="visitor", address=self.address)
        return Actor(ActorKind.PERSON, id=self.person.pk.hex, label=self.person.name, address=self.address)


class HouseRequest(HttpRequest):
    """A request as our views get it."""

    viewer: Viewer
    htmx: HtmxDetails
