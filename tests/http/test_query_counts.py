"""No page asks the database more than twelve times, with the demo's data in it (DESIGN 11)."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

import pytest
from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings
from tests.factories.accounts import actor_for
from tests.http.test_every_address import PAGES, Address

from fondaco.accounts.actions import invite_user, request_email_change
from fondaco.accounts.models import Person, User
from fondaco.accounts.queries import email_change_token, invitation_token
from fondaco.catalog.models import App, AppTransfer, Plan, Screenshot, Version
from fondaco.catalog.states import Track
from fondaco.identity.models import OAuthClient
from fondaco.installs.models import Installation
from fondaco.messaging.models import Delivery
from fondaco.partners.models import Member, Partner, PartnerApplication
from fondaco.partners.queries import application_token
from fondaco.review.models import KeptReason, Submission
from fondaco.runtime.demo import seed
from fondaco.support.models import Ticket

pytestmark = pytest.mark.django_db
Row = TypeVar("Row", bound=Model)
MOST = 12
ANA, MARA, JON = "ana@starship.example", "mara@ledgerline.example", "jon@fondaco.example"
INES = "ines@fondaco.example"  # of support
FEWEST_PAGES = 60


def test_every_page_asks_at_most_twelve_times(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    seed()
    clients = {email: signed_in(email) for email in (ANA, MARA, JON, INES)}
    counts = {}
    for address in PAGES:
        for path in paths(address):
            for who, client in readers(address, clients):
                status, count = look(client, path)
                if count > MOST:  # the first look may try a failed app again, and fills what a process remembers
                    status, count = look(client, path)
                if status == HTTPStatus.OK:
                    counts[f"{path} as {who}"] = count
    too_many = {page: count for page, count in counts.items() if count > MOST}
    assert too_many == {}
    assert len({page.split("/")[1] for page in counts}) > 6
    assert len(counts) > FEWEST_PAGES


def look(client: Client, path: str) -> tuple[int, int]:
    """The status of a page, and how often it asked the database."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    return answer.status_code, len(queries)


def signed_in(email: str) -> Client:
    client = Client()
    client.force_login(Person.objects.get(email=email))
    return client


def readers(address: Address, clients: dict[str, Client]) -> Iterator[tuple[str, Client]]:
    """Whose pages these are; what is public is read by a visitor, too."""
    staff = INES if address.route.startswith("backoffice/tickets") else JON
    who = {"portal": MARA, "backoffice": staff}.get(address.surface, ANA)
    yield who, clients[who]
    if address.access == "public":
        yield "a visitor", Client()


def paths(address: Address) -> list[str]:
    """The address once for each thing that looks different on it."""
    found = [address.route]
    for name in address.parameters:
        texts = things(address, name)
        found = [
            f"{before}{text}{after}" for route in found for before, _, after in [_cut(route, name)] for text in texts
        ]
    wrong_track = [path for path in found if "submissions/" in path and _is_of_other_track(path)]
    return ["/" + path for path in found if path not in wrong_track]


def _cut(route: str, name: str) -> tuple[str, str, str]:
    start = route.index("<")
    end = route.index(">", start)
    assert route[start:end].rsplit(":", maxsplit=1)[-1].removeprefix("<") == name
    return route[:start], name, route[end + 1 :]


def _is_of_other_track(path: str) -> bool:
    track, submission = path.split("submissions/")[1].split("/")[:2] if path.count("/") > 2 else ("", "")
    return bool(track) and not Submission.objects.filter(pk=submission, track=track).exists()


def things(address: Address, name: str) -> list[str]:
    """What a path parameter can be in the demo."""
    ledgerline = Partner.objects.get(name="Ledgerline GmbH")
    versions = _one_each(Version.objects.filter(app__partner=ledgerline), "technical__status", "listing__status")
    by_name = {
        "installation_id": installations(address, ledgerline),
        "application_id": PartnerApplication.objects.all(),
        "partner_id": Partner.objects.all()[:2],
        "ticket_id": tickets(address, ledgerline),
        "submission_id": _one_each(Submission.objects.filter(status__in=["open", "rejected"]), "track", "status"),
        "reason_id": KeptReason.objects.all(),
        "client_id": OAuthClient.objects.filter(account=ledgerline.developer_account, kind="portal"),
        "member_id": Member.objects.filter(partner=ledgerline, role="marketing"),
        "transfer_id": AppTransfer.objects.all(),
        "event_id": _one_each(Delivery.objects.filter(message__app__partner=ledgerline), "status"),
        "app_id": App.objects.filter(partner=ledgerline)[:3],
        "version_id": versions,
        "plan_id": Plan.objects.filter(version__app__partner=ledgerline, type="paid")[:2],
        "screenshot_id": Screenshot.objects.filter(listing__version__app__partner=ledgerline)[:2],
    }
    if name in by_name:
        return [row.pk.hex for row in by_name[name]]
    if name in {"kind", "cutoff_id"}:
        return ["installation"] if name == "kind" else []
    if name == "check_id":
        return ["no-secrets"]
    if name == "target_id":
        return [one.pk.hex for one in Installation.objects.filter(account__name="starship")[:2]]
    if name == "track":
        return [track.value for track in Track]
    if name == "slug":
        return ["northwind-crm", "whisper-qa", "reply-robin", "lingua-live"]
    if name in {"user_id", "account_id"}:
        leo = User.objects.get(person__email="leo@starship.example")
        return [leo.pk if name == "user_id" else leo.account_id]
    return [token(address)] if name == "token" else []


def _one_each(rows: QuerySet[Row], *columns: str) -> QuerySet[Row]:
    """A row for each look: those columns say which page it gets."""
    return rows.filter(pk__in=rows.order_by(*columns).distinct(*columns).values("pk"))


def installations(address: Address, ledgerline: Partner) -> QuerySet[Installation]:
    """Those of the customer, or of the partner's own apps."""
    if address.surface == "portal":
        return _one_each(Installation.objects.filter(app__partner=ledgerline), "status")
    return _one_each(Installation.objects.filter(account__name="starship"), "status")


def tickets(address: Address, ledgerline: Partner) -> QuerySet[Ticket]:
    """Those that the reader takes part in; operators have all."""
    own = {"portal": Q(partner=ledgerline), "backoffice": Q()}.get(address.surface, Q(account__name="starship"))
    return _one_each(Ticket.objects.filter(own), "status")


def token(address: Address) -> str:
    """What a mailed link carries."""
    if address.name == "invitation":
        ana = User.objects.get(person__email=ANA)
        role = ana.account.roles.get(key="agent")
        invitation = invite_user(
            actor=actor_for(ana.person),
            by=ana,
            account=ana.account,
            email="new@starship.example",
            name="Nia",
            role=role,
        )
        return invitation_token(invitation)
    if address.name == "confirm_email":
        person = Person.objects.get(email=ANA)
        return email_change_token(request_email_change(actor=actor_for(person), person=person, email="ana@new.example"))
    purpose = address.name.removeprefix("apply_")
    status = {"verify": "unverified", "answer": "questioned"}[purpose]
    return application_token(PartnerApplication.objects.get(status=status), purpose)
