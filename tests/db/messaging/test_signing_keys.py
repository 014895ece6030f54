"""Replacing a signature key by hand: nothing that was signed becomes invalid, and everybody concerned is told."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from tests.factories.accounts import SYSTEM, actor_for, make_operator
from tests.factories.catalog import make_app, make_published_version
from tests.factories.installs import make_installing
from tests.factories.mail import deliver
from tests.factories.partners import make_member, make_partner

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.kit import clock
from fondaco.kit.errors import DomainError, Forbidden, Invalid
from fondaco.kit.ids import parse_wire
from fondaco.messaging.errors import KeyTooYoung
from fondaco.messaging.models import EventSigningKey, SigningAlgorithm
from fondaco.messaging.signing import get_public_key, load_signer, public_forms, rotate_signing_key
from fondaco.messaging.signing_keys import list_keys, rotate_by_hand

pytestmark = pytest.mark.django_db
BODY = b'{"event": 1}'
LATER = timedelta(hours=2)


def is_valid(headers: dict[str, str]) -> bool:
    """As a receiver judges the protocol's own header, by the key that it names."""
    row = get_public_key(parse_wire(headers["X-Hub-Ecdsa-Signature-Id"]))
    key = load_der_public_key(base64.b64decode(public_forms(row).spki))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(bytes.fromhex(headers["X-Hub-Ecdsa-Signature"]), BODY, ec.ECDSA(hashes.SHA512()))
    return True


def signatures(headers: dict[str, str]) -> int:
    return sum(each.startswith("v1a,") for each in headers["webhook-signature"].split())


def test_what_the_old_key_signed_stays_valid_and_both_ed25519_keys_sign_for_a_week() -> None:
    jon, message = make_operator(OperatorRole.SUPPORT), make_installing().pk
    before = load_signer()
    under_way = before.headers(BODY, message_id=message)
    with clock.travel(LATER):
        for algorithm in SigningAlgorithm:
            rotate_by_hand(actor=actor_for(jon.person), by=jon, algorithm=algorithm.value, reason="A drill.")
        after = load_signer()
        assert after.key_id != before.key_id
        sent = after.headers(BODY, message_id=message)
        assert is_valid(under_way)
        assert is_valid(sent)
        assert (signatures(under_way), signatures(sent)) == (1, 2)
        standing = [(each.key.algorithm, each.signs, each.signs_until is None) for each in list_keys(jon)]
        assert standing == [
            ("ed25519", True, True), ("ecdsa", True, True), ("ed25519", True, False), ("ecdsa", False, True),
        ]  # fmt: skip
    with clock.travel(LATER + timedelta(days=8)):
        assert signatures(load_signer().headers(BODY, message_id=message)) == 1
        assert is_valid(under_way)  # served for thirty days
    facts = Event.objects.filter(kind="signing_key.created", actor_id=jon.person_id.hex).order_by("id")
    assert [(fact.data["algorithm"], fact.data["reason"]) for fact in facts] == [
        ("ecdsa", "A drill."), ("ed25519", "A drill."),
    ]  # fmt: skip
    assert facts[0].data["replaced"] == [before.key_id]


@pytest.mark.parametrize(
    ("role", "algorithm", "reason", "hours", "refusal"),
    [
        (OperatorRole.FINANCE, "ecdsa", "Why not", 2, Forbidden),
        (OperatorRole.SUPPORT, "ecdsa", "  ", 2, Invalid),
        (OperatorRole.SUPPORT, "rsa", "Why not", 2, Invalid),
        (OperatorRole.SUPPORT, "ed25519", "Twice", 0, KeyTooYoung),
    ],
)
def test_a_refused_rotation_changes_nothing(
    role: OperatorRole, algorithm: str, reason: str, hours: int, refusal: type[DomainError]
) -> None:
    jon = make_operator(role)
    load_signer()
    before = (Event.objects.count(), list(EventSigningKey.objects.order_by("pk").values("pk", "retired_at")))
    with clock.travel(timedelta(hours=hours)), pytest.raises(refusal):
        rotate_by_hand(actor=SYSTEM, by=jon, algorithm=algorithm, reason=reason)
    assert (Event.objects.count(), list(EventSigningKey.objects.order_by("pk").values("pk", "retired_at"))) == before


def test_partners_whose_programs_take_events_are_told_once_and_nobody_of_the_first_key() -> None:
    installation = make_installing()
    partner = installation.app.partner
    devi, other = make_member(partner), make_member(make_partner("Tempo Labs"))
    make_published_version(make_app(other.partner, name="Deskbridge"))  # nothing was ever sent to it
    deliver()
    load_signer()
    assert deliver() == []
    key = rotate_signing_key(actor=SYSTEM)
    (letter,) = deliver()
    assert devi.person.email in letter.to
    assert other.person.email not in letter.to
    assert letter.subject == "A key that signs your events was replaced"
    assert key.pk.hex in str(letter.body)
    assert "/events/signature-keys" in str(letter.body)
