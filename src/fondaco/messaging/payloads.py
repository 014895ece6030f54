"""What partners are sent: the envelope and ``_links`` of DOMAIN 1.2 to 1.4, and the data of each type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from fondaco.accounts.models import User
from fondaco.catalog.models import Version
from fondaco.identity.actions import IssuedCredentials
from fondaco.identity.issuer import authorize_url, token_url
from fondaco.installs.models import Installation, Operation, Trial

Json = dict[str, Any]
SECRETS: Final = ("client_secret", "private_key")  # members of ``data`` that leave once
CLAIM_LINK: Final = "credentials"  # the link that takes their place; as secret as they are, until it is used
API_VERSION: Final = "1"


class MessageType(StrEnum):
    APP_INSTALLED = "app.installed"
    APP_UPDATED = "app.updated"
    CREDENTIALS_ROTATED = "app.credentials_rotated"
    APP_UNINSTALLED = "app.uninstalled"
    TRIAL_STARTED = "app.trial_started"
    TRIAL_EXTENDED = "app.trial_extended"
    TRIAL_ENDED = "app.trial_ended"
    USER_LOGOUT = "user.logout"
    APP_TEST = "app.test"  # sent by the checks; it asks for nothing, and names an installation that does not exist


# The only types that carry the version's name (DOMAIN 1.2).
_NAMES_VERSION: Final = frozenset(
    {
        MessageType.APP_INSTALLED,
        MessageType.APP_UPDATED,
        MessageType.APP_UNINSTALLED,
        MessageType.CREDENTIALS_ROTATED,
    }
)
CARRY_CREDENTIALS: Final = (MessageType.APP_INSTALLED.value, MessageType.CREDENTIALS_ROTATED.value)
_HAS_NO_VERSION: Final = frozenset({MessageType.USER_LOGOUT})


@dataclass(frozen=True, slots=True)
class Content:
    """``data`` of one event and its links beyond ``root`` and ``self``."""

    type: MessageType
    data: Json
    links: Json
    version: Version | None = None  # the one that it is about, when that is not the installed one


def timestamp(moment: datetime) -> str:
    """``2030-01-02T03:04:05.678Z``: the one form of every moment on the wire."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def link(path: str) -> Json:
    """A HAL link below the API's root."""
    return {"href": f"{settings.API_ROOT}{path}"}


def installation_path(installation: Installation) -> str:
    """Where an installation lives on the wire."""
    return f"/apps/{installation.app_id.hex}/installations/{installation.pk.hex}"


def credentials_data(installation: Installation, credentials: IssuedCredentials) -> Json:
    """What both messages that carry credentials have as ``data``, and what a claim is answered with."""
    return {
        **_place(installation),
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "private_key": credentials.private_key,
        "public_key": credentials.public_key,
        "key_id": credentials.key_id,
        "key_algorithm": credentials.key_algorithm,
    }


def installed(installation: Installation, data: Json) -> Content:
    """``app.installed``."""
    links = {
        "installation": link(installation_path(installation)),
        "userinfo": link("/users/me"),
        "authorization": {"href": authorize_url(installation.account)},
        "tokens": {"href": token_url(installation.account)},
    }
    return Content(MessageType.APP_INSTALLED, data, links)


def credentials_rotated(installation: Installation, data: Json) -> Content:
    """``app.credentials_rotated``."""
    links = {
        "installation": link(installation_path(installation)),
        "authorization": {"href": authorize_url(installation.account)},
        "tokens": {"href": token_url(installation.account)},
    }
    return Content(MessageType.CREDENTIALS_ROTATED, data, links)


def claimable(content: Content, token: str) -> Content:
    """The same with a link to fetch the secrets from, once, in place of the secrets."""
    data = {**content.data, **dict.fromkeys(SECRETS, None)}
    return Content(content.type, data, {**content.links, CLAIM_LINK: link(f"/credential-claims/{token}")})


def updated(
    operation: Operation, plans: Mapping[str, str], version: Version | None = None, *, is_taken_back: bool = False
) -> Content:
    """``app.updated`` with only what the change changes; ``plans`` are the names by id. Licences are a text.

    ``version`` is the one that an upgrade moves to; a plan of the same name is then no change. ``is_taken_back`` tells
    who believes that the change is in force that it is not.
    """
    installation, before, after = operation.installation, operation.current, operation.proposed
    if is_taken_back:
        before, after = after, before
    data = {
        **_place(installation),
        "users": {
            "adding": sorted(set(after["users"]) - set(before["users"])),
            "removing": sorted(set(before["users"]) - set(after["users"])),
        },
    }
    has_other_plan = plans[after["plan"]] != plans[before["plan"]]
    has_other_count = after["total_licences"] != before["total_licences"]
    if has_other_plan or has_other_count:
        data["subscription"] = {"adding": {"name": plans[after["plan"]]}}
    if has_other_count:
        data["subscription"]["adding"]["licenses"] = str(after["total_licences"])
    if has_other_plan:
        data["subscription"]["removing"] = {"name": plans[before["plan"]]}
    links = {"installation": link(installation_path(installation))}
    return Content(MessageType.APP_UPDATED, data, links, version)


def uninstalled(installation: Installation, *, reason_type: str, reason: str) -> Content:
    """``app.uninstalled`` with the customer's reason."""
    data = {**_place(installation), "reason": {"type": reason_type, "message": reason}}
    return Content(MessageType.APP_UNINSTALLED, data, {"installation": link(installation_path(installation))})


def trial_started(trial: Trial) -> Content:
    """``app.trial_started``."""
    return Content(MessageType.TRIAL_STARTED, *_running(trial))


def trial_extended(trial: Trial) -> Content:
    """``app.trial_extended``: ``expires_at`` is the new one."""
    return Content(MessageType.TRIAL_EXTENDED, *_running(trial))


def trial_ended(trial: Trial) -> Content:
    """``app.trial_ended``; its ``expires_at`` is the moment of the end (DOMAIN 1.4)."""
    ended_at = timestamp(_known(trial.ended_at))
    data = {
        **_short_place(trial.installation),
        "expires_at": ended_at,
        "ended_at": ended_at,
        "ended_reason": trial.ended_reason,
        "ended_by": trial.ended_by,
    }
    return Content(MessageType.TRIAL_ENDED, data, {"installation": link(installation_path(trial.installation))})


def user_logout(installation: Installation, user: User) -> Content:
    """``user.logout``: a user with a licence left the platform, or this account's apps."""
    data = {
        "account_id": installation.account_id,
        "user_id": user.pk,
        "user_email": user.person.email,
        "installation_id": installation.pk.hex,
    }
    links = {"user": link(f"/users/{user.pk}"), "installation": link(installation_path(installation))}
    return Content(MessageType.USER_LOGOUT, data, links)


def envelope(event_id: UUID, created_at: datetime, installation: Installation, content: Content) -> Json:
    """The whole body, in the order of DOMAIN 1.4. ``event_id`` repeats ``id`` for receivers that look for it."""
    version = content.version or installation.version
    body: Json = {
        "id": event_id.hex,
        "event_id": event_id.hex,
        "created_at": timestamp(created_at),
        "api_version": API_VERSION,
        "type": content.type.value,
        "app_id": installation.app_id.hex,
    }
    if content.type not in _HAS_NO_VERSION:
        body["app_version_id"] = version.pk.hex
    if content.type in _NAMES_VERSION:
        body["app_version_name"] = version.name
    body["data"] = content.data
    body["_links"] = {
        "root": link(""),
        "self": link(f"/apps/{installation.app_id.hex}/events/{event_id.hex}"),
        **content.links,
    }
    return body


def serialise(body: Mapping[str, Any]) -> str:
    """The exact text that is sent, kept, signed and sent again."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def redact(body: Json) -> Json:
    """The same with ``null`` in place of every secret, and of the address that leads to them."""
    hidden = dict.fromkeys((name for name in SECRETS if name in body["data"]), None)
    redacted = {**body, "data": {**body["data"], **hidden}}
    if CLAIM_LINK in body.get("_links", {}):
        redacted["_links"] = {**body["_links"], CLAIM_LINK: {"href": None}}
    return redacted


def has_secrets(body: Json) -> bool:
    """Whether a body must be sealed."""
    return any(name in body["data"] for name in SECRETS)


class Redactor:
    """Replaces the secrets of one sealed body in any text, also where JSON escaped their slashes."""

    def __init__(self, body: bytes | None) -> None:
        parsed = json.loads(body) if body else {}
        data, links = parsed.get("data", {}), parsed.get("_links", {})
        values = [value for name in SECRETS if (value := data.get(name))]
        if CLAIM_LINK in links:
            values.append(links[CLAIM_LINK]["href"].rsplit("/", 1)[-1])
        self._values = [form for value in values for form in (value, value.replace("/", "\\/"))]

    def __call__(self, text: str) -> str:
        for value in self._values:
            text = text.replace(value, "•••")
        return text


def _place(installation: Installation) -> Json:
    return {
        "installation_id": installation.pk.hex,
        "account_id": installation.account_id,
        "account_name": installation.account.name,
    }


def _short_place(installation: Installation) -> Json:
    return {"installation_id": installation.pk.hex, "account_id": installation.account_id}


def _running(trial: Trial) -> tuple[Json, Json]:
    """Data and links of a trial that runs, up to when."""
    data = {**_short_place(trial.installation), "expires_at": timestamp(_known(trial.expires_at))}
    return data, {"installation": link(installation_path(trial.installation))}


def _known(moment: datetime | None) -> datetime:
    if moment is None:
        raise ValueError("a trial is announced before it has its dates")
    return moment
