"""Test events of every kind for a version's callback address: whole, signed, recorded, and about nobody.

They name an installation that does not exist, carry credentials that open nothing, and say ``"is_test": true``.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import Person, User
from fondaco.accounts.permissions import Permission
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.catalog.models import Version
from fondaco.catalog.policies import check_can
from fondaco.installs.models import Installation, Operation, Trial
from fondaco.kit import clock, jobs
from fondaco.kit.errors import Invalid
from fondaco.kit.ids import new_id, new_short_id
from fondaco.kit.outbound import Answer, OutboundError, fetch
from fondaco.kit.rate import check_rate
from fondaco.messaging import events, payloads
from fondaco.messaging.errors import NoCallbackAddress
from fondaco.messaging.models import SampleEvent
from fondaco.messaging.payloads import Content, Json, MessageType
from fondaco.messaging.redaction import excerpt, hide_secrets, keep_headers
from fondaco.messaging.webhook_secrets import load_signer_for
from fondaco.partners.models import Member

POST: Final = "messaging.post_sample_event"
_TIMES: Final = 60  # for an app, in ten minutes
_PER: Final = timedelta(minutes=10)


def send_sample(*, actor: Actor, by: Member, version: Version, type: str) -> SampleEvent:  # noqa: A002 - the wire's word
    """Writes a test event of a kind and has it posted to the version's callback address, in whatever state it is."""
    check_can(by, version.app, Permission.PARTNER_APPS_EDIT)
    if type not in _MAKERS:
        raise Invalid(fields={"type": [_("There is no such event.")]})
    url = version.technical.events_callback_url
    if not url:
        raise NoCallbackAddress(version=version.name)
    check_rate(f"samples:{version.app_id.hex}", limit=_TIMES, per=_PER)
    with transaction.atomic(durable=True):
        sample_id = new_id()
        body = payloads.serialise(make_sample(version, MessageType(type), sample_id))
        sample = SampleEvent.objects.create(
            id=sample_id, version=version, type=type, url=url, body=body, sent_by=actor.label
        )
        record(events.SAMPLE_SENT, sample, actor=actor, data={"type": type}, **sample.audit_scope())
        jobs.defer(POST, sample_id=sample_id.hex)
    return sample


def post_sample(sample_id: str) -> None:
    """Posts a test event once and writes down what was answered. A job that is run again does nothing twice."""
    sample = SampleEvent.objects.select_related("version__app").filter(pk=UUID(hex=sample_id), started_at=None).first()
    if sample is None:
        return
    body = sample.body.encode()
    signer = load_signer_for(sample.version.app)
    headers = {"Content-Type": "application/json", **signer.headers(body, message_id=sample.pk)}
    sample.request_headers = headers
    sample.started_at = clock.now()
    answer: Answer | None
    try:
        answer = fetch("POST", sample.url, headers=headers, body=body, truncate=True)
    except OutboundError as failure:
        answer, sample.error, sample.address = failure.answer, failure.kind.value, failure.address
    if answer:
        sample.response_status, sample.duration_ms, sample.address = answer.status, answer.elapsed_ms, answer.address
        sample.response_headers = keep_headers(answer.headers, hide_secrets)
        sample.response_excerpt = excerpt(answer.body, hide_secrets)
    sample.save()


def list_kinds() -> list[str]:
    """The events that can be tried."""
    return list(_MAKERS)


def make_sample(version: Version, type: MessageType, event_id: UUID) -> Json:  # noqa: A002 - the wire's word
    """The whole body of a test event."""
    account = version.app.partner.developer_account
    nowhere = Installation(id=new_id(), app=version.app, version=version, account=account)
    content = _MAKERS[type](nowhere)
    body = payloads.envelope(event_id, clock.now(account.pk), nowhere, content)
    return {**{name: value for name, value in body.items() if name != "data"}, "is_test": True, "data": body["data"]}


def _credentials(nowhere: Installation) -> Json:
    """Of the right form, and good for nothing."""
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {
        **_place(nowhere),
        "client_id": new_id().hex,
        "client_secret": f"test_{secrets.token_urlsafe(24)}",
        "private_key": base64.b64encode(private).decode(),
        "public_key": base64.b64encode(public).decode(),
        "key_id": new_id().hex,
        "key_algorithm": "ES256",
    }


def _updated(nowhere: Installation) -> Content:
    stayed, new, plan = new_short_id(), new_short_id(), new_id().hex
    before: dict[str, Any] = {"users": [stayed], "plan": plan, "total_licences": 1}
    after = {"users": [stayed, new], "plan": plan, "total_licences": 2}
    operation = Operation(installation=nowhere, current=before, proposed=after)
    return payloads.updated(operation, {plan: _("A plan")})


def _trial(nowhere: Installation) -> Trial:
    now = clock.now(nowhere.account_id)
    return Trial(installation=nowhere, started_at=now, expires_at=now + settings.TRIAL_LENGTH)


def _ended_trial(nowhere: Installation) -> Trial:
    trial = _trial(nowhere)
    trial.ended_at, trial.ended_reason, trial.ended_by = trial.expires_at, "trial_expired", "system"
    return trial


def _left(nowhere: Installation) -> Content:
    person = Person(name=_("Test Person"), email="test.person@customer.example")
    return payloads.user_logout(nowhere, User(id=new_short_id(), account=nowhere.account, person=person))


def _place(nowhere: Installation) -> Json:
    return {
        "installation_id": nowhere.pk.hex,
        "account_id": nowhere.account_id,
        "account_name": nowhere.account.name,
    }


_MAKERS: Final[Mapping[str, Callable[[Installation], Content]]] = {
    MessageType.APP_INSTALLED.value: lambda nowhere: payloads.installed(nowhere, _credentials(nowhere)),
    MessageType.APP_UPDATED.value: _updated,
    MessageType.APP_UNINSTALLED.value: lambda nowhere: payloads.uninstalled(
        nowhere, reason_type="other", reason=_("A test event")
    ),
    MessageType.TRIAL_STARTED.value: lambda nowhere: payloads.trial_started(_trial(nowhere)),
    MessageType.TRIAL_EXTENDED.value: lambda nowhere: payloads.trial_extended(_trial(nowhere)),
    MessageType.TRIAL_ENDED.value: lambda nowhere: payloads.trial_ended(_ended_trial(nowhere)),
    MessageType.CREDENTIALS_ROTATED.value: lambda nowhere: payloads.credentials_rotated(nowhere, _credentials(nowhere)),
    MessageType.USER_LOGOUT.value: _left,
    MessageType.APP_TEST.value: lambda nowhere: Content(MessageType.APP_TEST, _place(nowhere), {}),
}
