"""Test events: made and signed like any delivery, about an installation that does not exist. They ask for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from fondaco.catalog.models import Version
from fondaco.installs.models import Installation
from fondaco.kit import clock
from fondaco.kit.ids import new_id
from fondaco.messaging import payloads
from fondaco.messaging.payloads import Content, MessageType
from fondaco.messaging.signing import Signer


@dataclass(frozen=True, slots=True)
class Probe:
    """One test event, ready to be sent."""

    body: bytes
    headers: Mapping[str, str]


def make_probe(version: Version, signer: Signer, *, root: str = "") -> Probe:
    """``app.test`` for a version with app, partner and developer account loaded; ``root``: another address of ours."""
    account = version.app.partner.developer_account
    nowhere = Installation(id=new_id(), app=version.app, version=version, account=account)
    data = {"installation_id": nowhere.pk.hex, "account_id": account.pk, "account_name": account.name}
    body = payloads.envelope(new_id(), clock.now(), nowhere, Content(MessageType.APP_TEST, data, {}))
    if root:
        for link in body["_links"].values():
            link["href"] = root + link["href"].removeprefix(settings.API_ROOT)
    return _sign(payloads.serialise(body).encode(), signer)


def forge(probe: Probe) -> Probe:
    """The same event with a signature that somebody else made, under the name of our key."""
    stranger = Signer(probe.headers["X-Hub-Ecdsa-Signature-Id"], ec.generate_private_key(ec.SECP256R1()))
    return _sign(probe.body, stranger)


def unsigned(probe: Probe) -> Probe:
    """The same event without a signature."""
    return Probe(probe.body, {"Content-Type": "application/json"})


def _sign(body: bytes, signer: Signer) -> Probe:
    return Probe(body, {"Content-Type": "application/json", **signer.headers(body)})
