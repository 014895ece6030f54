"""A ticket's whole life through the API, by its three sides."""

from __future__ import annotations

from typing import Any

import pytest
from tests.factories.accounts import make_operator, make_person
from tests.factories.installs import make_completed
from tests.factories.partners import make_member
from tests.http.api.caller import Api, read

from fondaco.accounts.models import Person
from fondaco.accounts.permissions import OperatorRole
from fondaco.support.models import Ticket, TicketMessage

pytestmark = pytest.mark.django_db


class Side:
    """Somebody with a token, at their place in the API."""

    def __init__(self, person: Person, at: str) -> None:
        self.api, self.at = Api(person), at

    def get(self, path: str = "", status: int = 200) -> Any:
        return read(self.api.send("GET", self.at + path), status)

    def post(self, path: str = "", expected: int = 200, method: str = "POST", **body: Any) -> Any:
        return read(self.api.send(method, self.at + path, body), expected)


def test_the_life_of_a_ticket() -> None:
    installation = make_completed()
    ada, mara = installation.installed_by, make_member(installation.app.partner)
    jon, ines = (
        make_operator(OperatorRole.SUPPORT, person=make_person(name)) for name in ("Jon Okafor", "Ines Carvalho")
    )
    customer = Side(ada.person, f"/accounts/{ada.account_id}/tickets")
    partner = Side(mara.person, f"/partners/{mara.partner_id.hex}/tickets")
    staff = Side(jon.person, "/operator/tickets")

    opened = customer.post(
        expected=201, subject="It hangs", text="Since Monday.", kind="technical_issue", priority="high",
        installation_id=installation.pk.hex, page="/my-apps", parts=["versions", "deliveries"],
    )  # fmt: skip
    ticket = Ticket.objects.get()
    one = f"/{ticket.pk.hex}"
    assert opened == {
        "id": ticket.pk.hex, "number": ticket.number, "status": "open", "subject": "It hangs",
        "kind": "technical_issue", "priority": "high", "asked_by": "customer", "account_id": ada.account_id,
        "partner_id": None, "opened_by": "Ada Adler", "app_id": installation.app_id.hex,
        "installation_id": installation.pk.hex, "operation_id": None, "page": "/my-apps", "about": opened["about"],
        "due_at": opened["due_at"], "first_answered_at": None, "created_at": opened["created_at"],
        "spoken_at": opened["spoken_at"],
    }  # fmt: skip
    assert set(opened["about"]) == {"versions", "deliveries"}
    partner.get(one, 404)

    assert [one["id"] for one in staff.get("?text=hangs&priority=high")["items"]] == [ticket.pk.hex]
    assert staff.post(f"{one}/take")["taken_by"] == "Jon Okafor"
    assert staff.post(f"{one}/hand-over", to=ines.pk.hex)["taken_by"] == "Ines Carvalho"
    assert staff.post(f"{one}/give-back")["taken_by"] is None
    assert staff.post(f"{one}/priority", method="PUT", priority="urgent")["priority"] == "urgent"
    staff.post(f"{one}/notes", 201, text="They pay late.")
    asked = staff.post(f"{one}/involve-partner", text="Mara?")
    assert (asked["side"], asked["author"], asked["came_by_mail"]) == ("operator", "Jon Okafor", False)

    assert partner.get()["items"][0]["status"] == "waiting_for_partner"
    partner.post(f"{one}/messages", 201, text="Mended.")
    assert partner.post(f"{one}/solve", 403)["code"] == "forbidden"
    staff.post(f"{one}/messages", 201, text="Better?", waits_for="customer")
    assert [said["side"] for said in customer.get(f"{one}/messages")["items"]] == [
        "customer", "operator", "partner", "operator",
    ]  # fmt: skip
    assert customer.post(f"{one}/solve", text="Yes.")["status"] == "solved"
    assert customer.post(f"{one}/solve", 409)["code"] == "ticket-already-solved"
    assert (customer.get("?is_living=true")["items"], len(customer.get("?is_living=false")["items"])) == ([], 1)
    customer.post(f"{one}/messages", 201, text="No.")
    assert staff.get(one)["status"] == "waiting_for_us"
    assert staff.post(f"{one}/solve")["status"] == "solved"
    assert [said["text"] for said in staff.get(f"{one}/notes")["items"]] == ["They pay late."]
    assert "pay late" not in str([customer.get(f"{one}/messages"), partner.get(f"{one}/messages"), customer.get(one)])

    refused = customer.post(expected=422, subject="x", text="", priority="panic")
    assert set(refused["errors"]) == {"priority"}
    assert (
        partner.post(expected=201, subject="Tokens", text="500", app_id=installation.app_id.hex)["account_id"] is None
    )
    assert (Ticket.objects.count(), TicketMessage.objects.count()) == (2, 7)
