"""Our side of django-allauth's second factors, and the door that asks those for one who must have it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPMethod
from ipaddress import ip_address
from typing import Any, Final, cast
from urllib.parse import urlencode, urlsplit

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from fondaco.accounts.models import Person
from fondaco.identity import policies
from fondaco.identity.errors import LastFactor
from fondaco.identity.factors import APP, PASSKEY, list_factors, seal_text, unseal_text
from fondaco.surfaces.site.access import ACCESS
from fondaco.surfaces.site.resuming import way_back
from fondaco.surfaces.site.viewer import HouseRequest

_SURFACES: Final = frozenset({"site", "storefront", "console", "portal", "backoffice"})
WAY_ON: Final = "way_on"  # session key: where somebody wanted to go who sets their first factor up
_PROVEN: Final = "mfa"  # what allauth's record of a session calls a second factor
# Where people without a factor may be all the same: the pages on which they get one, and their own settings.
_OPEN: Final = frozenset({"site:second_factor", "site:security", "site:you", "site:sessions", "site:end_session"})


@dataclass(frozen=True, slots=True)
class PasskeyObstacle:
    """``host`` is the number that this was opened by, ``way_out`` the same page by name, empty when we know none."""

    host: str
    way_out: str


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Sealed secrets, our own words, and the rule about the last factor."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": LastFactor.message,
        "incorrect_code": _("This is not right. Nothing was changed; try again, or choose another way."),
    }

    def encrypt(self, text: str) -> str:
        return seal_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal_text(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return policies.may_lose(authenticator.user, authenticator)

    def generate_authenticator_name(self, user: Person, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's word
        """``Passkey``, ``Passkey 2``, …"""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return str(_("Passkey")) + (f" {count + 1}" if count else "")

    def get_public_key_credential_user_entity(self, user: Person) -> dict[str, Any]:
        """Passkeys are listed by the address that people sign in with."""
        return dict(super().get_public_key_credential_user_entity(user)) | {"display_name": user.name}

    def _get_site_name(self) -> str:
        return settings.PLATFORM_NAME


class SecondFactorMiddleware:
    """Lets nobody into a page that is not public who owes a second factor, or did not show it in this session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Leads to the page that sets one up, or to the one that asks for it; both lead back."""
        match = request.resolver_match
        is_page = match is not None and match.namespace in _SURFACES and match.view_name not in _OPEN
        if not is_page or getattr(view, ACCESS) == "public":
            return None
        target = find_owed(request)
        if not target:
            return None
        if "HX-Request" in request.headers:
            return HttpResponseClientRedirect(target)
        back = way_back(request) if request.method in {HTTPMethod.GET, HTTPMethod.HEAD} else reverse("site:home")
        return HttpResponseRedirect(f"{target}?{urlencode({'next': back})}")


def find_owed(request: HttpRequest) -> str:
    """The page for who owes a second factor, or did not show theirs in this session; empty for everybody else."""
    found = cast("HouseRequest", request).viewer.signed_in
    if found is None or not found.must_have_factor or (found.has_factor and is_proven(request, found.person)):
        return ""
    return _way(found.person) if found.has_factor else reverse("site:second_factor")


def passkey_obstacle(request: HttpRequest) -> PasskeyObstacle | None:
    """Why no browser makes or shows a passkey at the address that was asked for; None where one does.

    A passkey belongs to a domain (Web Authentication §5.1.2): at a bare number browsers refuse without a word.
    """
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    if not address.is_loopback:
        return PasskeyObstacle(host, "")
    here = urlsplit(request.build_absolute_uri())
    return PasskeyObstacle(host, here._replace(netloc=f"localhost:{here.port}" if here.port else "localhost").geturl())


def is_proven(request: HttpRequest, person: Person) -> bool:
    """Whether a second factor was shown in this session."""
    return any(record.get("method") == _PROVEN for record in get_authentication_records(request, person))


def note_proven(request: HttpRequest, factor: Authenticator) -> None:
    """Setting a factor up shows it."""
    record_authentication(request, factor.user, _PROVEN, id=factor.pk, type=factor.type)


def demo_code(person: Person) -> str:
    """The code of this moment for someone of the demo, in development; empty for everybody else."""
    if not settings.DEMO_TOTP_SECRET:
        return ""
    app = list_factors(person).filter(type=APP).first()
    is_demo = app is not None and unseal_text(app.data["secret"]) == settings.DEMO_TOTP_SECRET
    return code_now(settings.DEMO_TOTP_SECRET) if is_demo else ""


def code_now(secret: str) -> str:
    """The code that an app with this secret shows now."""
    counters = list(yield_hotp_counters_from_time())
    return str(format_hotp_value(hotp_value(secret, counters[len(counters) // 2])))


def _way(person: Person) -> str:
    """Where a factor of theirs is asked for."""
    has_app = list_factors(person).exclude(type=PASSKEY).exists()
    return reverse("mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn")
