"""Support looks after deliveries: sends events again in a partner's stead, sees silence, and replaces a key."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from tests.factories.accounts import SYSTEM, make_operator
from tests.factories.installs import make_completed, make_installing
from tests.factories.partners import make_member
from tests.http.api.caller import Api, read, refusal

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.audit.status import transition
from fondaco.kit import clock, deadlines
from fondaco.messaging.models import Delivery, Endpoint, EventSigningKey
from fondaco.messaging.signing import load_signer
from fondaco.messaging.states import DeliveryStatus

pytestmark = pytest.mark.django_db


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", unescape(response.content.decode()))


def test_support_sends_again_with_a_reason_that_the_partner_reads(client: Client) -> None:
    installation = make_completed()
    jon = make_operator(OperatorRole.SUPPORT)
    failed = Delivery.objects.get(message__type="app.trial_started")
    transition(failed, DeliveryStatus.FAILED, actor=SYSTEM)
    client.force_login(jon.person)
    here = f"/backoffice/deliveries/{failed.pk.hex}"
    assert "Send it again" in text_of(client.get(here))
    events = Event.objects.count()
    answer = client.post(f"{here}/replay", {"reason": " "})
    assert (answer.status_code, "Write the reason." in text_of(answer)) == (422, True)
    assert (Event.objects.count(), Delivery.objects.get(pk=failed.pk).status) == (events, "failed")
    assert client.post(f"{here}/replay", {"reason": "They asked by phone."}).status_code == 302
    assert Delivery.objects.get(pk=failed.pk).status == "pending"
    fact = Event.objects.get(kind="messages.replayed")
    assert fact.data == {"count": 1, "event": failed.pk.hex, "reason": "They asked by phone."}
    assert (fact.actor_id, fact.partner_id) == (jon.person_id.hex, installation.app.partner_id)
    devi = make_member(installation.app.partner)
    log = read(Api(devi.person).get(f"/partners/{devi.partner_id.hex}/apps/{installation.app_id.hex}/events"))
    assert "They asked by phone." in [each["data"].get("reason") for each in log["items"]]

    transition(Delivery.objects.get(pk=failed.pk), DeliveryStatus.FAILED, actor=SYSTEM)
    all_of_the_app = f"/backoffice/apps/{installation.app_id.hex}/deliveries"
    many = f"{all_of_the_app}/replay"
    assert "Send all that failed again" in text_of(client.get(all_of_the_app))
    assert "Choose what to send again" in text_of(client.get(many))
    assert "Sent again, the oldest first" in text_of(client.get(f"{many}?status=failed"))
    assert client.post(many, {"status": "failed"}).status_code == 422
    assert client.post(many, {"reason": "All of it"}).status_code == 422
    assert Delivery.objects.get(pk=failed.pk).status == "failed"
    assert client.post(many, {"status": "failed", "reason": "All that failed."}).status_code == 302
    assert "Send all that failed again" not in text_of(client.get(all_of_the_app))
    assert Delivery.objects.get(pk=failed.pk).status == "pending"

    api, path = Api(jon.person), f"/operator/apps/{installation.app_id.hex}/deliveries/replay"
    refusal(api.post(path, {"reason": "All"}), 422, "invalid")
    refusal(api.post(path, {"status": "failed", "reason": "Again"}), 409, "nothing-to-replay")
    refusal(api.post(f"/operator/deliveries/{failed.pk.hex}/replay", {"reason": ""}), 422, "invalid")
    assert read(api.post(f"/operator/deliveries/{failed.pk.hex}/replay", {"reason": "Now"}))["status"] == "pending"
    refusal(
        Api(make_operator(OperatorRole.FINANCE).person).post(path, {"status": "failed", "reason": "x"}),
        403,
        "forbidden",
    )


def test_T24_silence_is_noticed_by_the_sweeper_and_shown_to_support(client: Client) -> None:
    installation, jon = make_installing(), make_operator(OperatorRole.SUPPORT)
    client.force_login(jon.person)
    assert "Every program takes its events." in text_of(client.get("/backoffice/deliveries"))
    assert read(Api(jon.person).get("/operator/endpoints"))["items"] == []
    deadlines.schedule("endpoint.listen", subject_id="house", due_at=clock.now())  # as a sweeper does when it starts
    with clock.travel(timedelta(minutes=14)):
        while deadlines.sweep_once():
            pass
        assert not Endpoint.objects.filter(silent_since__isnull=False).exists()
    with clock.travel(timedelta(minutes=17)):
        while deadlines.sweep_once():
            pass
        page = text_of(client.get("/backoffice/deliveries"))
        assert "At one address nothing has arrived for 15 minutes or more" in page
        assert "silent" in text_of(client.get(f"/backoffice/apps/{installation.app_id.hex}/deliveries"))
        overview = text_of(client.get("/backoffice/"))
        assert "Addresses where no event arrives" in overview
        endpoint = Endpoint.objects.get()
        assert client.post(f"/backoffice/endpoints/{endpoint.pk.hex}/try").status_code == 302
        assert Api(jon.person).post(f"/operator/endpoints/{endpoint.pk.hex}/try").status_code == 204
        (found,) = read(Api(jon.person).get("/operator/endpoints"))["items"]
    assert (found["app_id"], found["partner_id"]) == (installation.app_id.hex, installation.app.partner_id.hex)
    assert found["silent_since"] is not None


def test_a_signature_key_is_replaced_from_its_page_and_through_the_api(client: Client) -> None:
    jon = make_operator(OperatorRole.SUPPORT)
    load_signer()
    client.force_login(jon.person)
    here = "/backoffice/access/signing-keys"
    assert here in text_of(client.get("/backoffice/access"))
    young = client.post(here, {"algorithm": "ecdsa", "reason": "A drill"})
    assert (young.status_code, "less than an hour old" in text_of(young)) == (409, True)
    assert client.post(here, {"reason": "A drill"}).status_code == 422
    assert EventSigningKey.objects.count() == 2
    with clock.travel(timedelta(hours=2)):
        assert client.post(here, {"algorithm": "ecdsa", "reason": "A drill"}).status_code == 302
        page = text_of(client.get(here))
        assert "replaced" in page
        api = Api(jon.person)
        refusal(
            api.post("/operator/signing-keys/rotate", {"algorithm": "ecdsa", "reason": "A"}),
            409,
            "signing-key-too-young",
        )
        keys = read(api.post("/operator/signing-keys/rotate", {"algorithm": "ed25519", "reason": "A drill"}))["items"]
    assert [(key["algorithm"], key["signs"]) for key in keys] == [
        ("ed25519", True), ("ecdsa", True), ("ed25519", True), ("ecdsa", False),
    ]  # fmt: skip
    refusal(Api(make_operator(OperatorRole.FINANCE).person).get("/operator/signing-keys"), 403, "forbidden")


def test_support_is_offered_to_send_again_what_it_chose_also_where_nothing_failed(client: Client) -> None:
    installation = make_completed()
    client.force_login(make_operator(OperatorRole.SUPPORT).person)
    here = f"/backoffice/apps/{installation.app_id.hex}/deliveries"
    page = text_of(client.get(here))
    assert f'href="{here}/replay"' in page
    assert "Send some again" in page
    transition(Delivery.objects.get(message__type="app.trial_started"), DeliveryStatus.FAILED, actor=SYSTEM)
    assert "Send all that failed again" in text_of(client.get(here))
    chosen = f"installation={installation.pk.hex}&type=app.installed"
    page = text_of(client.get(f"{here}?{chosen}"))
    assert "Send these again" in page
    assert f'href="{here}/replay?{chosen}"' in page.replace("&amp;", "&")
    assert "What this comes to" in text_of(client.get(f"{here}/replay?{chosen}"))
