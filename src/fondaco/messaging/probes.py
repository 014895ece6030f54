"""Test events: made and signed like any delivery, about an installation that does not exist. They ask for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from fondaco.catalog.models import Version
from fondaco.installs.models import Installation
from fondaco.kit import clock
from fondaco.kit.ids import new_id
from fondaco.messaging import payloads, webhooks
from fondaco.messaging.payloads import Content, MessageType
from fondaco.messaging.signing import Signer


@dataclass(frozen=True, slots=True)
class Probe:
    """One test event, ready to be sent. ``secrets`` is how many of the app's own signed it."""

    body: bytes
    headers: Mapping[str, str]
    id: UUID = field(default_factory=new_id)
    secrets: int = 0


def make_probe(version: Version, signer: Signer, *, root: str = "") -> Probe:
    """``app.test`` for a version with app, partner and developer account loaded; ``root``: another address of ours."""
    account = version.app.partner.developer_account
    nowhere = Installation(id=new_id(), app=version.app, version=version, account=account)
    data = {"installation_id": nowhere.pk.hex, "account_id": account.pk, "account_name": account.name}
    id_ = new_id()
    body = payloads.envelope(id_, clock.now(), nowhere, Content(MessageType.APP_TEST, data, {}))
    if root:
        for link in body["_links"].values():
            link["href"] = root + link["href"].removeprefix(settings.API_ROOT)
    return _sign(id_, payloads.serialise(body).encode(), signer)


def forge(probe: Probe) -> Probe:
    """The same event with signatures that somebody else made, under the name of our key."""
    stranger = Signer(
        probe.headers["X-Hub-Ecdsa-Signature-Id"],
        ec.generate_private_key(ec.SECP256R1()),
        (Ed25519PrivateKey.generate(),),
        tuple(webhooks.new_secret() for _ in range(probe.secrets)),
    )
    return _sign(probe.id, probe.body, stranger)


def unsigned(probe: Probe) -> Probe:
    """The same event without a signature."""
    return Probe(probe.body, {"Content-Type": "application/json"}, probe.id)


def _sign(id_: UUID, body: bytes, signer: Signer) -> Probe:
    signatures = signer.headers(body, message_id=id_)
    return Probe(body, {"Content-Type": "application/json", **signatures}, id_, len(signer.shared))
