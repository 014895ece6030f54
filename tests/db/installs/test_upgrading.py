"""Moving to a newer version: agreed to by the customer, asked of the old program, in force with its approval only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories.accounts import actor_for, make_account, make_operator, make_user
from tests.factories.catalog import make_plan, make_version
from tests.factories.installs import PARTNER_PROGRAM, make_completed
from tests.factories.lifecycle import owner_of
from tests.factories.mail import deliver
from tests.factories.upgrades import NEW_HOST, agree, make_newer

from fondaco.accounts.permissions import OperatorRole
from fondaco.catalog.actions import unlist_version
from fondaco.catalog.models import TechnicalContent
from fondaco.catalog.states import TechnicalStatus
from fondaco.identity.models import OAuthClient
from fondaco.identity.signing_keys import published_keys
from fondaco.installs import errors, snapshots
from fondaco.installs.actions import Consent, answer_operation, cut_off, fail_open_operation
from fondaco.installs.badges import Badge
from fondaco.installs.models import Grant, Installation, Operation
from fondaco.installs.queries import get_installation
from fondaco.installs.reach import Target, TargetKind
from fondaco.installs.upgrades import get_upgrade
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.messaging.models import Delivery, Message
from fondaco.notify.mails.upgrade import tell_accounts

pytestmark = pytest.mark.django_db
IMPLICIT = {"openid", "refresh_token", "apps:read", "apps:write", "events:read", "events:write"}


@pytest.fixture
def installation() -> Installation:
    return make_completed(plan="Team")


def answer(installation: Installation, decision: str) -> None:
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision=decision, reason="we looked")


def reload(installation: Installation) -> Installation:
    found = Installation.objects.select_related("client", "plan", "version__technical", "installed_by__person")
    return found.get(pk=installation.pk)


def in_force(installation: Installation) -> tuple[object, ...]:
    """All that an upgrade may touch."""
    client = OAuthClient.objects.get(pk=installation.client_id)
    grants = Grant.objects.filter(installation=installation, is_in_force=True)
    return (
        snapshots.take(reload(installation)),
        sorted(client.scopes),
        client.redirect_uris,
        client.version_id,
        client.tokens_valid_after,
        client.id_token_signed_response_alg,
        [(grant.version_id, grant.scopes) for grant in grants],
    )


def test_what_changes_is_said_before(installation: Installation) -> None:
    make_newer(installation)
    found = get_upgrade(installation.installed_by, installation)
    assert [line.scope for line in found.gained] == ["recordings:read"]
    assert [line.scope for line in found.lost] == ["contacts:write"]
    assert [line.scope for line in found.kept] == ["account:read", "users:read"]
    assert (found.notes, found.suggested and found.suggested.name) == ("Invoices know their calls.", "Team")
    assert [(choice.plan.name, choice.licences, choice.added.minor, choice.why_not) for choice in found.choices] == [
        ("Trial", 2, -3600, "A trial begins when an app is installed."),
        ("Team", 2, 0, ""),
    ]
    assert found.consent.startswith(f"I move {installation.app.name} by ")
    assert "from version 1.0.0 to 2.0.0" in found.consent

    TechnicalContent.objects.filter(pk=installation.version_id).update(data_fields=["user.name"])
    TechnicalContent.objects.filter(pk=found.version.pk).update(data_fields=["user.name", "user.email"])
    more = get_upgrade(installation.installed_by, reload(installation))
    assert [(line.scope, line.reads) for line in more.gained] == [
        ("users:read", "their names, their e-mail addresses"),
        ("recordings:read", ""),
    ]
    assert "• Reads the people in your account: their names, their e-mail addresses" in more.consent
    assert more.mark != found.mark


def test_T15_the_old_version_and_its_grant_run_on_until_the_approval(installation: Installation) -> None:
    newer, before = make_newer(installation), in_force(installation)
    operation = agree(installation)
    assert (operation.kind, reload(installation).status) == ("upgrade", "pending")
    assert in_force(installation) == ({**before[0], "status": "pending"}, *before[1:])  # type: ignore[dict-item]
    assert reload(installation).can_be_launched
    sent = Message.objects.get(type="app.updated")
    assert (sent.content["app_version_id"], sent.content["app_version_name"]) == (newer.pk.hex, "2.0.0")
    assert sent.content["data"]["users"] == {"adding": [], "removing": []}
    assert "subscription" not in sent.content["data"]
    assert Delivery.objects.get(message=sent).url == "https://app.ledgerline.example/events"


def test_approval_puts_version_plan_grant_and_addresses_in_force_at_once(installation: Installation) -> None:
    newer = make_newer(installation)
    make_plan(newer, name="Big", min_licences=5, price_minor=3000)
    before = OAuthClient.objects.get(pk=installation.client_id)
    agree(installation, plan="Big")
    assert Message.objects.get(type="app.updated").content["data"]["subscription"] == {
        "adding": {"name": "Big", "licenses": "5"},
        "removing": {"name": "Team"},
    }
    deliver()
    answer(installation, "approve")
    found, client = reload(installation), OAuthClient.objects.get(pk=installation.client_id)
    assert (found.status, found.version, found.plan.name, found.total_licences) == ("completed", newer, "Big", 5)
    assert set(client.scopes) - IMPLICIT == {"account:read", "users:read", "recordings:read"}
    assert (client.redirect_uris, client.version_id) == ([f"{NEW_HOST}/sso/cb"], newer.pk)
    assert client.tokens_valid_after > before.tokens_valid_after  # a scope was taken away
    old, new = Grant.objects.filter(installation=installation).order_by("consented_at")
    assert (old.is_in_force, new.is_in_force, new.version) == (False, True, newer)
    assert new.purchase_summary["monthly_total_minor"] == 15000
    assert [(list(letter.to), letter.subject) for letter in deliver()] == [
        ([found.installed_by.person.email], f"{found.app.name} is version 2.0.0 now")
    ]


def test_T15_how_id_tokens_are_signed_moves_with_the_version(installation: Installation) -> None:
    """The program of the old version expects the old algorithm, so nothing changes before the approval."""
    make_newer(installation, id_token_signed_response_alg="RS256")
    agree(installation)
    assert reload(installation).client.id_token_signed_response_alg == "ES256"
    answer(installation, "approve")
    assert reload(installation).client.id_token_signed_response_alg == "RS256"
    assert [key["alg"] for key in published_keys()] == ["ES256", "RS256"]


@pytest.mark.parametrize("end", ["reject", "time out", "not reached"])
def test_T15_declining_leaves_exactly_the_old_version_and_grant(installation: Installation, end: str) -> None:
    make_newer(installation)
    before = in_force(installation)
    operation = agree(installation)
    deliver()
    if end == "reject":
        answer(installation, "reject")
    elif end == "time out":
        with clock.travel(timedelta(days=8)):
            deadlines.sweep_once()
    else:
        fail_open_operation(actor=PARTNER_PROGRAM, installation=installation, reason="nobody answers")
    assert in_force(installation) == before
    assert Grant.objects.filter(installation=installation).count() == 2  # what was agreed to is kept for ever
    [letter] = [letter for letter in deliver() if "stays" in letter.subject]
    assert letter.subject == f"{installation.app.name} stays version 1.0.0"
    with pytest.raises(errors.NothingToAnswer if end == "reject" else errors.AnswerTooLate):
        answer(installation, "approve")
    assert in_force(installation) == before
    operation.refresh_from_db()
    agree(reload(installation))  # and it may be asked again


def test_a_trial_moves_on_with_the_days_it_has() -> None:
    installation = make_completed()
    newer = make_newer(installation)
    expires_at = installation.trial.expires_at
    agree(installation)
    answer(installation, "approve")
    found = reload(installation)
    assert (found.plan, found.trial.status, found.trial.expires_at) == (
        newer.plans.get(type="trial"), "active", expires_at,
    )  # fmt: skip


def test_only_what_the_account_can_get_is_offered(installation: Installation) -> None:
    """Newer and available; taken out, cut off, unfinished or older never."""
    by = installation.installed_by

    def badge() -> Badge:
        return get_installation(by, installation.pk.hex).badges[0]

    make_version(installation.app, name="1.9.0", technical=TechnicalStatus.APPROVED)
    assert badge() == Badge.ACTIVE
    with pytest.raises(errors.NotUpgradable):
        get_upgrade(by, installation)
    newer = make_newer(installation)
    assert badge() == Badge.UPGRADE_AVAILABLE
    agent = installation.licences.exclude(user=by).get().user
    assert get_installation(agent, installation.pk.hex).badges == (Badge.ACTIVE,)
    owner = owner_of(installation.app.partner)
    unlist_version(actor=PARTNER_PROGRAM, by=owner, version=newer, reason="A bug")
    assert badge() == Badge.ACTIVE
    last = make_newer(installation, name="3.0.0")
    assert badge() == Badge.UPGRADE_AVAILABLE
    jon = make_operator(OperatorRole.SUPPORT)
    target = Target(TargetKind.VERSION, last.app, last)
    cut_off(actor=actor_for(jon.person), by=jon, target=target, reason="It leaks", confirmation=last.app.name)
    assert badge() == Badge.ACTIVE
    with pytest.raises(errors.NotUpgradable):
        get_upgrade(by, installation)


def test_the_partners_own_account_tries_what_is_submitted() -> None:
    version = make_version(technical=TechnicalStatus.APPROVED)
    own = version.app.partner.developer_account
    installation = make_completed(own, version=version, plan="Team")
    newer = make_version(version.app, name="2.0.0", technical=TechnicalStatus.IN_REVIEW)
    assert get_upgrade(installation.installed_by, installation).version == newer


def test_consent_that_does_not_fit_changes_nothing(installation: Installation) -> None:
    newer = make_newer(installation)
    small = make_plan(newer, name="Small", min_licences=1, max_licences=1)
    before, by = in_force(installation), installation.installed_by
    found = get_upgrade(by, installation)
    agent, stranger = make_user(installation.account, role="agent"), make_user(make_account("lumen"))
    words = Consent(tuple(newer.technical.scopes), "I agree to everything.")
    less = Consent(("users:read",), found.consent)
    refused: list[tuple[type[Exception], dict[str, object]]] = [
        (errors.ConsentOutdated, {"consent": words}),
        (errors.ConsentOutdated, {"consent": less}),
        (errors.SettingsMoved, {"seen": "something else"}),
        (errors.SettingsMoved, {"version": installation.version}),
        (errors.PlanElsewhere, {"plan": installation.plan}),
        (errors.SettingsUnusable, {"plan": small}),
        (errors.SettingsUnusable, {"plan": newer.plans.get(type="trial")}),
        (Forbidden, {"by": agent}),
        (NotFound, {"by": stranger}),
    ]
    for error, wanted in refused:
        with pytest.raises(error):
            agree(installation, **wanted)
    assert in_force(installation) == before
    assert not Operation.objects.filter(kind="upgrade").exists()
    assert Grant.objects.count() == 1
    agree(installation)
    with pytest.raises(errors.OperationOpen):
        agree(reload(installation))


def test_managers_are_told_of_a_newer_version_once_and_not_when_it_was_taken_back(installation: Installation) -> None:
    deliver()
    newer = make_newer(installation)
    tell_accounts(newer.pk.hex)
    [letter] = deliver()
    assert (list(letter.to), letter.subject) == (
        [installation.installed_by.person.email], f"{installation.app.name} 2.0.0 is there",
    )  # fmt: skip
    assert "Invoices know their calls." in letter.body
    tell_accounts(newer.pk.hex)
    agree(installation)
    answer(installation, "approve")
    assert [letter.subject for letter in deliver()] == [f"{installation.app.name} is version 2.0.0 now"]
