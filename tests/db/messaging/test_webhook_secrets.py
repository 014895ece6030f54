"""Secrets of an app: there from the start, two alive at a time; and the platform's keys through a rotation."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Q
from tests.factories.accounts import SYSTEM, actor_for, make_operator
from tests.factories.catalog import make_app, make_published_version, make_version, picture
from tests.factories.lifecycle import accept, make_transfer, owner_of
from tests.factories.partners import make_member
from tests.racing import at_once

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.catalog.actions import confirm_transfer, register_app
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.messaging import webhook_secrets
from fondaco.messaging.errors import OnlySecret, TwoSecrets
from fondaco.messaging.models import EventSigningKey, SigningAlgorithm, WebhookSecret
from fondaco.messaging.probes import make_probe
from fondaco.messaging.signing import list_public_keys, load_signer, rotate_old_keys, rotate_signing_key
from fondaco.messaging.webhook_secrets import (
    end_webhook_secret,
    give_missing_secrets,
    list_webhook_secrets,
    load_signer_for,
    rotate_webhook_secret,
    show_webhook_secret,
)
from fondaco.partners.models import MemberRole

pytestmark = pytest.mark.django_db


def test_two_secrets_are_alive_and_a_third_is_refused() -> None:
    version = make_published_version()
    app = version.app
    by = make_member(app.partner)
    actor = actor_for(by.person)
    with clock.freeze() as now:
        _first, old = rotate_webhook_secret(actor=actor, by=by, app=app)
        second, new = rotate_webhook_secret(actor=actor, by=by, app=app)
        assert [(each.pk, each.ends_at) for each in list_webhook_secrets(by, app)] == [
            (second.pk, None),
            (_first.pk, now + timedelta(days=7)),
        ]
        before = Event.objects.count()
        with pytest.raises(TwoSecrets):
            rotate_webhook_secret(actor=actor, by=by, app=app)
        assert (WebhookSecret.objects.count(), Event.objects.count()) == (2, before)
        probe = make_probe(version, load_signer_for(app))
        assert _signatures(probe.headers)[:2] == [_expected(secret, probe.headers, probe.body) for secret in (new, old)]
        assert [each.partition(",")[0] for each in _signatures(probe.headers)] == ["v1", "v1", "v1a"]
    with clock.travel(timedelta(days=7, seconds=1)):
        assert [each.pk for each in list_webhook_secrets(by, app)] == [second.pk]
        rotate_webhook_secret(actor=actor, by=by, app=app)
    shown, text = show_webhook_secret(actor=actor, by=by, app=app, secret_id=second.pk.hex)
    assert (shown.pk, text) == (second.pk, new)
    end_webhook_secret(actor=actor, by=by, app=app, secret_id=second.pk.hex)
    second.refresh_from_db()
    assert bytes(second.secret or b"") == b""
    with pytest.raises(NotFound):
        end_webhook_secret(actor=actor, by=by, app=app, secret_id=second.pk.hex)
    kinds = Event.objects.filter(kind__startswith="webhook_secret.").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["webhook_secret.created"] * 3 + ["webhook_secret.shown", "webhook_secret.ended"]


def test_the_newest_is_not_ended_and_what_is_ended_is_not_shown() -> None:
    app = make_published_version().app
    by = make_member(app.partner)
    only, _text = rotate_webhook_secret(actor=SYSTEM, by=by, app=app)
    before = Event.objects.count()
    with pytest.raises(OnlySecret):
        end_webhook_secret(actor=SYSTEM, by=by, app=app, secret_id=only.pk.hex)
    assert (list_webhook_secrets(by, app), Event.objects.count()) == ([only], before)
    rotate_webhook_secret(actor=SYSTEM, by=by, app=app)
    end_webhook_secret(actor=SYSTEM, by=by, app=app, secret_id=only.pk.hex)
    before = Event.objects.count()
    with pytest.raises(NotFound):
        show_webhook_secret(actor=SYSTEM, by=by, app=app, secret_id=only.pk.hex)
    assert Event.objects.count() == before


def test_a_registered_app_signs_with_a_secret_of_its_own_from_its_first_event_on() -> None:
    devi = make_member(role=MemberRole.DEVELOPER)
    app = register_app(actor=actor_for(devi.person), by=devi, name="Signals", icon=picture())
    made = Event.objects.get(kind="webhook_secret.created")
    assert (made.partner_id, made.actor_label) == (devi.partner_id, devi.person.name)
    [row] = list_webhook_secrets(devi, app)
    _row, secret = show_webhook_secret(actor=SYSTEM, by=devi, app=app, secret_id=row.pk.hex)
    version = make_version(app)
    probe = make_probe(version, load_signer_for(app))
    assert _signatures(probe.headers)[0] == _expected(secret, probe.headers, probe.body)


def test_who_takes_an_app_over_gets_a_secret_that_its_giver_never_saw() -> None:
    app = make_published_version().app
    giver = owner_of(app.partner)
    first, _text = rotate_webhook_secret(actor=SYSTEM, by=giver, app=app)
    second, _text = rotate_webhook_secret(actor=SYSTEM, by=giver, app=app)
    offer = accept(make_transfer(app))
    jon = make_operator(OperatorRole.PARTNER_MANAGER)
    with clock.freeze() as now:
        confirm_transfer(actor=actor_for(jon.person), by=jon, transfer=offer)
        receiver = owner_of(offer.receiver)
        app.refresh_from_db()
        newest, before = list_webhook_secrets(receiver, app)
    assert (newest.ends_at, before.pk, before.ends_at) == (None, second.pk, now + timedelta(days=7))
    assert newest.pk not in {first.pk, second.pk}
    assert bytes(WebhookSecret.objects.get(pk=first.pk).secret or b"") == b""
    with pytest.raises(NotFound):
        show_webhook_secret(actor=SYSTEM, by=giver, app=app, secret_id=newest.pk.hex)


def test_apps_of_before_get_a_secret_each() -> None:
    lacking, having = make_published_version().app, make_published_version().app
    kept, _text = rotate_webhook_secret(actor=SYSTEM, by=make_member(having.partner), app=having)
    give_secrets = import_module("fondaco.messaging.migrations.0004_every_app_has_a_secret").give_secrets
    for _ in range(2):
        give_secrets(apps, None)
        assert WebhookSecret.objects.get(app=having) == kept
        assert len(bytes(WebhookSecret.objects.get(app=lacking).secret or b"")) == 32


def test_an_app_that_an_older_release_registered_gets_a_secret_by_itself() -> None:
    lacking, having = make_published_version().app, make_published_version().app
    by = make_member(lacking.partner)
    kept, _text = rotate_webhook_secret(actor=SYSTEM, by=make_member(having.partner), app=having)
    deadlines.start_recurring()
    deadlines.sweep_once()
    [given] = list_webhook_secrets(by, lacking)
    made = Event.objects.filter(kind="webhook_secret.created").latest("id")
    assert (made.subject_id, made.actor_label, made.partner_id) == (given.pk.hex, "sweeper", lacking.partner_id)
    _row, secret = show_webhook_secret(actor=SYSTEM, by=by, app=lacking, secret_id=given.pk.hex)
    probe = make_probe(lacking.versions.get(), load_signer_for(lacking))
    assert _signatures(probe.headers)[0] == _expected(secret, probe.headers, probe.body)
    events = Event.objects.count()
    with clock.travel(timedelta(minutes=6)):
        give_missing_secrets()
    assert Event.objects.count() == events
    assert set(WebhookSecret.objects.all()) == {kept, given}


@pytest.mark.django_db(transaction=True)
def test_two_at_once_give_an_app_one_secret() -> None:
    def give() -> None:
        with transaction.atomic():
            give_missing_secrets()

    app = make_published_version().app
    by = make_member(app.partner)
    assert at_once(give, give) == ["done", "done"]
    assert WebhookSecret.objects.filter(app=app).count() == 1
    other = make_published_version(make_app(app.partner)).app
    assert at_once(give, lambda: rotate_webhook_secret(actor=SYSTEM, by=by, app=other)) == ["done", "done"]
    give()
    assert WebhookSecret.objects.filter(app=other, ends_at=None).count() == 1


def test_an_app_whose_secret_was_made_between_the_look_and_the_lock_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_published_version().app
    kept, _text = rotate_webhook_secret(actor=SYSTEM, by=make_member(app.partner), app=app)
    monkeypatch.setattr(webhook_secrets, "_LACKS_SECRET", ~Q(pk=None))  # as what was looked at said before
    give_missing_secrets()
    assert list(WebhookSecret.objects.all()) == [kept]


def test_only_who_manages_clients_of_this_partner_may() -> None:
    app = make_published_version().app
    secret, _text = rotate_webhook_secret(actor=SYSTEM, by=make_member(app.partner), app=app)
    stranger, marketing = make_member(), make_member(app.partner, role=MemberRole.MARKETING)
    for by, refusal in ((stranger, NotFound), (marketing, Forbidden)):
        with pytest.raises(refusal):
            rotate_webhook_secret(actor=SYSTEM, by=by, app=app)
        with pytest.raises(refusal):
            list_webhook_secrets(by, app)
        with pytest.raises(refusal):
            show_webhook_secret(actor=SYSTEM, by=by, app=app, secret_id=secret.pk.hex)
    assert not Event.objects.filter(kind="webhook_secret.shown").exists()
    assert WebhookSecret.objects.get() == secret


def test_an_ed25519_key_that_is_replaced_signs_for_a_week_and_a_year_old_one_is_replaced() -> None:
    load_signer()
    rotate_signing_key(actor=SYSTEM, algorithm=SigningAlgorithm.ED25519)
    assert len(load_signer().ed25519) == 2
    with clock.travel(timedelta(days=8)):
        assert len(load_signer().ed25519) == 1
        assert len(list_public_keys()) == 3
        rotate_old_keys()
        assert EventSigningKey.objects.count() == 3
    with clock.travel(timedelta(days=366)):
        rotate_old_keys()
        assert sorted(EventSigningKey.objects.filter(retired_at=None).values_list("algorithm", flat=True)) == [
            "ecdsa",
            "ed25519",
        ]
        assert EventSigningKey.objects.count() == 5


def _signatures(headers: object) -> list[str]:
    return str(dict(headers)["webhook-signature"]).split()  # type: ignore[call-overload]


def _expected(secret: str, headers: object, body: bytes) -> str:
    found = dict(headers)  # type: ignore[call-overload]
    content = f"{found['webhook-id']}.{found['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
