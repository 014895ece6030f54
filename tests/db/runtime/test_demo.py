"""The demo: every state is there, twice is the same, a killed seeding goes on, and production refuses it."""

from __future__ import annotations

import pytest
from django.db.models import Count
from pytest_django.fixtures import Settings

from fondaco.accounts.models import Account, Operator, Person, User
from fondaco.audit import chain
from fondaco.audit.models import Event
from fondaco.catalog.models import App, Version
from fondaco.identity.models import OAuthClient
from fondaco.installs.models import Installation, Operation
from fondaco.messaging.models import Delivery
from fondaco.partners.models import Partner, PartnerApplication
from fondaco.review.models import Sample, Submission
from fondaco.runtime.demo import LOGINS, installations, seed
from fondaco.runtime.demo.seeding import NotInProduction

pytestmark = pytest.mark.django_db
COUNTED = (Person, User, Partner, App, Version, Submission, Installation, Operation, Delivery, Event, OAuthClient)


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in COUNTED}


def states() -> dict[str, str]:
    return dict(Installation.objects.filter(account__name="starship").values_list("app__slug", "status"))


def broken_changes() -> list[tuple[object, ...]]:
    about = ("account__name", "app__slug", "status", "total_licences")
    broken = Operation.objects.exclude(failed_side="")
    return list(broken.values_list(*(f"installation__{name}" for name in about), "kind", "failed_side"))


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")


def seed_until_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first order was written."""

    class Killed(BaseException):
        pass

    def die(*_arguments: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(installations, "_answer", die)
        with pytest.raises(Killed):
            seed()


def test_a_killed_seeding_goes_on_until_everything_is_there_and_twice_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seed_until_killed(monkeypatch)
    assert states() == {"cadence-coach": "installing"}

    assert seed() is True
    assert Operator.objects.get(person__email="jon@fondaco.example").roles == [
        "partner_manager",
        "technical_reviewer",
        "marketing_reviewer",
    ]
    assert set(Partner.objects.values_list("name", flat=True)) == {"Ledgerline GmbH", "Northwind Labs"}
    assert set(PartnerApplication.objects.values_list("status", flat=True)) == {
        "approved", "pending", "questioned", "unverified",
    }  # fmt: skip
    customers = Account.objects.filter(is_sandbox=False)
    assert customers.count() == 3
    for account in customers:
        assert set(account.users.exclude(role__key="").values_list("role__key", flat=True)) == {
            "admin",
            "supervisor",
            "agent",
        }
    assert list(User.objects.filter(role__key="").values_list("role__name", flat=True)) == ["Team lead"]
    assert App.objects.count() == 14
    assert set(Version.objects.values_list("technical__status", "listing__status")) == {
        ("available", "advertised"), ("approved", "approved"), ("in_review", "in_review"),
        ("rejected", "in_review"), ("draft", "draft"), ("draft", "approved"),
    }  # fmt: skip
    assert states() == {
        "cadence-coach": "suspended",
        "vault-notes": "timeout",
        "signal-boards": "pending",
        "lingua-live": "rejected",
        "paywave-secure": "failed",
        "whisper-qa": "installing",
        "northwind-crm": "installing",  # these wait for the example partner, which answers when the house is open
        "ledgerline": "installing",
        "deskbridge": "installing",
        "callback-desk": "installing",
        "tempo-wfm": "installing",
    }
    assert broken_changes() == [("harbour", "signal-boards", "failed", 3, "update", "proposed")]
    sample = Sample.objects.get()
    assert (sample.submission.version.app.slug, sample.status) == ("signal-boards", "open")
    assert [version.app.slug for version in Version.objects.exclude(withheld_at=None)] == ["vault-notes"]
    portal_clients = OAuthClient.objects.filter(kind="portal").annotate(sets=Count("credential_sets"))
    assert set(portal_clients.values_list("name", "is_public", "sets")) == {
        ("Nightly export", False, 2),
        ("Wallboard", True, 1),
    }
    for _label, email, password, _page in LOGINS:
        assert Person.objects.get(email=email).check_password(password)
    before = counts()
    assert seed() is False
    assert counts() == before
    chain.seal(limit=10_000)
    assert chain.verify() == []


def test_production_gets_no_public_passwords(settings: Settings) -> None:
    settings.DEVELOPMENT = False
    with pytest.raises(NotInProduction):
        seed()
    assert not Person.objects.exists()
