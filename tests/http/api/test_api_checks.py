"""Checks by the management API: started, polled while the job works, waived, and the same for partner and reviewer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Count
from tests.db.review.healthy import make_healthy_version
from tests.factories.accounts import SYSTEM, make_operator
from tests.factories.identity import make_login_session
from tests.factories.installs import PARTNER_PROGRAM, make_completed
from tests.factories.jobs import run_jobs
from tests.factories.partners import make_member
from tests.http.api.caller import Api, Json, read, refusal
from tests.program import serving

from fondaco.catalog.models import Version
from fondaco.identity.models import AuthorizationCode, TokenFamily
from fondaco.installs.actions import answer_operation, record_launch, uninstall_app, update_settings
from fondaco.installs.changes import Settings
from fondaco.kit import clock
from fondaco.messaging.signing import load_signer
from fondaco.review.actions.checks import JOB
from fondaco.review.checking.registry import RULESET, all_checks
from fondaco.review.models import CheckResult

pytestmark = pytest.mark.django_db

KEYS = {"check", "title", "track", "severity", "blocks", "outcome", "waived", "found", "where", "mend"}


def test_T23_partner_and_reviewer_run_the_same_checks_of_the_same_ruleset() -> None:
    mara, jon = make_member(), make_operator()
    with serving(load_signer()) as program:
        version = make_healthy_version(program, mara.partner)
        partner, operator = Api(mara.person), Api(jon.person)
        at = f"/partners/{mara.partner_id.hex}"
        started = read(partner.post(f"{at}/versions/{version.pk.hex}/check_runs"), 201)
        assert (started["status"], started["done"], started["total"]) == ("running", 0, len(all_checks()))
        again = read(partner.post(f"{at}/versions/{version.pk.hex}/check_runs"), 201)
        assert again["id"] == started["id"]
        assert run_jobs(JOB) == 1
        theirs = read(partner.get(f"{at}/check_runs/{started['id']}"))
        review = read(operator.post(f"/operator/versions/{version.pk.hex}/check_runs"), 201)
        run_jobs(JOB)
        ours = read(operator.get(f"/operator/check_runs/{review['id']}"))
    assert (theirs["why"], ours["why"]) == ("partner", "reviewer")
    assert theirs["ruleset"] == ours["ruleset"] == RULESET
    assert said(theirs) == said(ours)
    assert {one["check"] for one in theirs["results"]} == {check.id for check in all_checks()}
    assert theirs["done"] == theirs["total"] == len(all_checks())
    assert theirs["finished_at"] > theirs["created_at"]
    assert all(set(one) >= KEYS for one in theirs["results"])
    bad = {one["check"]: one["found"] for one in theirs["results"] if one["outcome"] in {"found", "failed-to-run"}}
    assert bad == {}
    listed = read(partner.get(f"{at}/versions/{version.pk.hex}/check_runs"))["items"]
    assert [one["id"] for one in listed] == [ours["id"], theirs["id"]]
    assert CheckResult.objects.values("run").annotate(n=Count("pk")).values_list("n", flat=True)[0] == len(all_checks())


def said(run: Json) -> list[tuple[str, str, str]]:
    return sorted((one["check"], one["outcome"], one["found"]) for one in run["results"])


def test_the_registry_is_public() -> None:
    listed = read(Api().get("/checks"))["items"]
    assert [one["check"] for one in listed] == [check.id for check in all_checks()]
    assert all(one["title"] and one["explanation"] and one["mend"] and one["since"] <= RULESET for one in listed)


def test_waivers_come_and_go_by_the_api() -> None:
    mara, jon = make_member(), make_operator()
    operator = Api(jon.person)
    with serving(load_signer()) as program:
        app = make_healthy_version(program, mara.partner).app
    until = (clock.now() + timedelta(days=30)).date().isoformat()
    body = {"check": "privacy-reachable", "reason": "They move house.", "ends_on": until}
    path = f"/operator/apps/{app.pk.hex}/waivers"
    assert refusal(operator.post(path, body | {"check": "nonsense"}), 422, "invalid")["errors"] == {
        "check": ["There is no such check."]
    }
    assert list(refusal(operator.post(path, body | {"reason": " "}), 422, "invalid")["errors"]) == ["reason"]
    late = (clock.now() + timedelta(days=900)).date().isoformat()
    assert list(refusal(operator.post(path, body | {"ends_on": late}), 422, "invalid")["errors"]) == ["ends_on"]
    assert read(operator.get(path))["items"] == []
    waiver = read(operator.post(path, body), 201)
    assert (waiver["check"], waiver["granted_by"], waiver["holds"]) == ("privacy-reachable", jon.person.name, True)
    refusal(operator.post(path, body), 409, "already-waived")
    withdrawn = read(operator.post(f"/operator/waivers/{waiver['id']}/withdraw"))
    assert (withdrawn["withdrawn_by"], withdrawn["holds"]) == (jon.person.name, False)
    refusal(operator.post(f"/operator/waivers/{waiver['id']}/withdraw"), 409, "waiver-over")
    assert [one["id"] for one in read(operator.get(path))["items"]] == [waiver["id"]]


def test_evidence_is_read_from_a_private_installation() -> None:
    mara, jon = make_member(), make_operator()
    with serving(load_signer()) as program:
        version = make_healthy_version(program, mara.partner)
    at = f"/partners/{mara.partner_id.hex}/versions/{version.pk.hex}/evidence"
    assert missing(read(Api(mara.person).get(at))) == {
        "installation": ["approved", "tried", "launched", "updated", "uninstalled"],
        "data": ["tokens"],
        "sign-on": ["signed-in"],
        "billing": [],
    }
    use_privately(version)
    seen = read(Api(jon.person).get(f"/operator/versions/{version.pk.hex}/evidence"))
    assert missing(seen) == {"installation": [], "data": [], "sign-on": [], "billing": []}
    assert [one["met"] for one in seen["items"]] == [True] * 4


def missing(page: Json) -> dict[str, list[str]]:
    return {one["id"]: [step["id"] for step in one["steps"] if step["state"] == "missing"] for one in page["items"]}


def use_privately(version: Version) -> None:
    """Installed on the trial in the developer account, launched by single sign-on, and removed again."""
    account = version.app.partner.developer_account
    installation = make_completed(account, version=version)
    user = installation.installed_by
    record_launch(actor=SYSTEM, user=user, installation=installation)
    wanted = Settings(plan=installation.plan, users=[user], licences=1)
    update_settings(actor=SYSTEM, by=user, installation=installation, wanted=wanted)
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    client = installation.client
    client.credential_sets.update(last_used_at=clock.now())
    later = clock.now() + timedelta(days=1)
    family = TokenFamily.objects.create(
        client=client, user=user, login_session=make_login_session(user.person), expires_at=later
    )
    AuthorizationCode.objects.create(code_hash="x", family=family, expires_at=later, used_at=clock.now())
    uninstall_app(actor=SYSTEM, by=user, installation=installation, reason_type="not_needed", reason="Tried")
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
