"""Lives the whole life of an app through the management API of a platform that runs on this machine.

    make run                               # in one terminal
    .venv/bin/python examples/drive.py     # in another

A company applies, answers a question and becomes a partner; registers an app, is sent back once, passes both reviews
and publishes; a customer finds the app, installs it, and the example partner's program answers; it is launched, the
program is made to misbehave, and everything is removed again. It can be run any number of times.

The platform's operator and the customer are the demo's; their tokens come from --operator-token and --customer-token,
from DRIVE_OPERATOR_TOKEN and DRIVE_CUSTOMER_TOKEN, or from `fondaco token`.
"""

from __future__ import annotations

import argparse
import base64
import hmac
import os
import sys
import time
import uuid

import httpx

from driving import (
    Drive,
    Json,
    Platform,
    Surprise,
    everything,
    expect,
    make_token,
    picture,
    token_in_mail,
    wait,
    wait_for_status,
)

OPERATOR = "jon@fondaco.example"
CUSTOMER = "ana@starship.example"


def main() -> None:
    """Drives; exit status 1 with one sentence when something differs from what it should be."""
    options = read_options()
    try:
        drive(options)
    except Surprise as surprise:
        sys.exit(f"drive: {surprise}")
    except httpx.TransportError as error:
        sys.exit(f"drive: {error.request.url} cannot be reached ({error}). Start the platform with `make run`.")


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--site", default="http://127.0.0.1:8000", help="where the platform is")
    parser.add_argument("--app", default="http://127.0.0.1:8100", help="where the example partner's program is")
    parser.add_argument("--operator-token", default=os.environ.get("DRIVE_OPERATOR_TOKEN", ""))
    parser.add_argument("--customer-token", default=os.environ.get("DRIVE_CUSTOMER_TOKEN", ""))
    return parser.parse_args()


def drive(options: argparse.Namespace) -> None:
    """The whole life."""
    run = Drive(
        site=options.site,
        app_url=options.app,
        operator=Platform(options.site, options.operator_token or make_token(OPERATOR)),
        customer=Platform(options.site, options.customer_token or make_token(CUSTOMER)),
        visitor=Platform(options.site),
        name=f"Drive {uuid.uuid4().hex[:6]}",
    )
    partner, place = become_partner(run)
    app, version = register(run, partner, place)
    publish(run, partner, version)
    account = f"/accounts/{run.customer.get('/me')['places'][0]['id']}"
    installation = install(run, account, app["slug"])
    launch(run, installation)
    uninstall(run, account, installation)
    go_wrong(run, account, app)
    run.say("The whole life is lived.")


def become_partner(run: Drive) -> tuple[Platform, str]:
    """Apply, confirm, be asked, answer, be approved, accept the invitation."""
    email = f"mara.{uuid.uuid4().hex[:8]}@drive.example"
    body = {"company_name": run.name, "website": "https://drive.example", "contact_name": "Mara Drive"}
    body |= {
        "contact_email": email,
        "intention": "A page that greets the person on the line, made by examples/drive.py.",
    }
    run.visitor.post("/partner-applications", body)
    run.say(f"{run.name} asks to become a partner; a link is mailed to {email}.")
    token = token_in_mail(run, email, r"/partners/apply/verify/([^\s\"<]+)")
    expect(run.visitor.post(f"/partner-applications/{token}/verify")["status"], "pending", "the confirmed request")
    run.say("The link from the mail confirms the address; now the operator sees the request.")
    waiting = everything(run.operator, "/operator/partner-applications", status="pending")
    found = next(one["id"] for one in waiting if one["contact_email"] == email)
    path = f"/operator/partner-applications/{found}"
    run.operator.post(f"{path}/question", {"text": "Which data do you keep?"})
    run.say("The operator asks back.")
    token = token_in_mail(run, email, r"/partners/apply/answer/([^\s\"<]+)")
    run.visitor.post(f"/partner-applications/{token}/answer", {"text": "Names only, until the app is removed."})
    partner = run.operator.post(f"{path}/approve")
    run.say("The applicant answers, and the operator approves: partner, developer account, invitation.")
    token = token_in_mail(run, email, r"/invitations/([^\s\"<]+)")
    password = uuid.uuid4().hex
    accepted = run.visitor.post(f"/invitations/{token}/accept", {"name": "Mara Drive", "password": password})
    expect(accepted["place_id"], partner["id"], "the place of the invitation")
    own = Platform(run.site, accepted["token"])
    secret = base64.b32encode(os.urandom(20)).decode()
    app = {"password": password, "secret": secret, "code": code_of(secret)}
    expect(len(own.post("/me/authenticator", app)["recovery_codes"]), 10, "recovery codes")
    run.say("Mara accepts, gets her first token, and sets up an authenticator app: owners must have one.")
    grants = own.get(f"/partners/{partner['id']}")["developer_grants"]
    given = [grant["quantity"] or grant["amount_minor"] for grant in grants]
    expect(given, [3, 2500], "what the developer account was given")
    run.say("She finds three licences and $25 of credit in the developer account.")
    return own, f"/partners/{partner['id']}"


def code_of(secret: str) -> str:
    """What an authenticator app with this secret shows now (RFC 6238)."""
    counter = (int(time.time()) // 30).to_bytes(8, "big")
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def register(run: Drive, partner: Platform, place: str) -> tuple[Json, str]:
    """An app, a version, both contents, a plan and a screenshot."""
    app = partner.post(f"{place}/apps", {"name": run.name, "icon": picture(512, 512, run.name)})
    run.say(f"She registers the app {app['name']} with an icon.")
    version = partner.post(f"{place}/apps/{app['id']}/versions", {"name": "1.0.0"})
    path = f"{place}/versions/{version['id']}"
    technical = {
        "revision": version["technical"]["revision"],
        "events_callback_url": f"{run.app_url}/events",
        "standalone_url": f"{run.app_url}/start",
        "redirect_urls": [f"{run.app_url}/callback"],
        "scopes": ["account:read", "users:read"],
        "test_instructions": "Install it and open it: it greets you by name.",
    }
    partner.put(f"{path}/technical", technical)
    listing = {
        "revision": version["listing"]["revision"],
        "display_name": run.name,
        "summary": "Greets the person on the line.",
        "description": "A **small** app that says hello.",
        "categories": ["other"],
        "support_email": "support@drive.example",
        "privacy_url": f"{run.app_url}/about/privacy",
    }
    partner.put(f"{path}/listing", listing)
    run.say("Version 1.0.0 gets its technical content and its listing.")
    partner.post(f"{path}/plans", {"name": "Team", "price_minor": 900, "min_licences": 1, "max_licences": 50})
    shot = {"image": picture(1280, 800, run.name), "alternative_text": "A greeting beside the call"}
    partner.post(f"{path}/screenshots", shot)
    run.say("It is offered for $9 a seat beside the 30-day trial, with a screenshot.")
    return app, path


def publish(run: Drive, partner: Platform, path: str) -> None:
    """Submit both tracks, be sent back once, pass, and make the version available."""
    partner.post(f"{path}/submissions", {"track": "technical"})
    problem = partner.post(f"{path}/submissions", {"track": "listing"}, refused=422)
    expect(sorted(problem["errors"]), ["terms_url"], "what the listing still needs")
    run.say("The technical track is submitted; the listing is refused, because the terms of use are missing.")
    mend(partner, path, terms_url=f"{run.app_url}/about/terms")
    check(run, partner, path)
    partner.post(f"{path}/submissions", {"track": "listing", "note": "Terms are there now."})
    decide(run, path, "listing", "reject", {"feedback": "Say in the summary who it is for."})
    expect(partner.get(path)["listing"]["status"], "rejected", "the listing")
    run.say("Both tracks are in the queue; the reviewer sends the listing back with feedback.")
    mend(partner, path, summary="Greets the person on the line, for small teams.")
    partner.post(f"{path}/submissions", {"track": "listing", "note": "It says so now."})
    decide(run, path, "technical", "approve", {"comment": "Works as described."})
    decide(run, path, "listing", "approve", {})
    run.say("It is mended and sent again; the reviewer approves both tracks.")
    version = partner.post(f"{path}/make-available")
    standing = (version["technical"]["status"], version["listing"]["status"])
    expect(standing, ("available", "advertised"), "technical content and listing")
    run.say("She makes the version available, and the listing is advertised.")


def check(run: Drive, partner: Platform, path: str) -> None:
    """Runs the checks that the reviewer will read, and finds nothing that stands in the way."""
    started = partner.post(f"{path}/check_runs")
    done = wait_for_checks(partner, f"{path.split('/versions/', maxsplit=1)[0]}/check_runs/{started['id']}")
    blocking = [one["title"] for one in done["results"] if one["outcome"] == "found" and one["blocks"]]
    expect(blocking, [], "what the checks say must be mended")
    passed = sum(one["outcome"] == "passed" for one in done["results"])
    run.say(f"She runs the checks: {passed} of {done['total']} passed, and nothing must be mended.")


def wait_for_checks(platform: Platform, path: str) -> Json:
    """A run of the checks, once it is over."""
    wait(lambda: platform.get(path)["status"] != "running", f"{path} did not come to an end.")
    done = platform.get(path)
    expect(done["status"], "finished", "the run of the checks")
    return done


def mend(partner: Platform, path: str, **change: str) -> None:
    """Saves the listing as it was read, but for one field."""
    listing = partner.get(path)["listing"]
    kept = {name: listing[name] for name in listing if name not in {"status", "status_since", "missing"}}
    partner.put(f"{path}/listing", kept | change)


def decide(run: Drive, path: str, track: str, decision: str, body: Json) -> None:
    """The reviewer's decision on one track of our version."""
    queue = everything(run.operator, "/operator/submissions", track=track)
    found = [one["id"] for one in queue if one["version_id"] == path.rsplit("/", 1)[1]]
    expect(len(found), 1, f"open {track} submissions of ours")
    runs = run.operator.get(f"/operator/versions/{path.rsplit('/', 1)[1]}/check_runs")["items"]
    wait_for_checks(run.operator, f"/operator/check_runs/{runs[0]['id']}")
    run.operator.post(f"/operator/submissions/{found[0]}/{decision}", body)


def install(run: Drive, account: str, slug: str) -> str:
    """Find it, order it, and wait until the app's program has approved."""
    found = run.visitor.get("/marketplace/listings", text=run.name)["items"]
    expect([card["app"] for card in found], [slug], "what the marketplace finds")
    run.say("Anyone finds it in the marketplace.")
    path = order(run, account, slug)
    run.say("Ana of Starship Support agrees to what it may access and installs it with two licences: Installing.")
    wait_for_status(run, path, "completed")
    run.say("The app's program got the signed event, read the account, and approved: Active.")
    return path


def order(run: Drive, account: str, slug: str) -> str:
    """Orders the paid plan for the admin and one more; returns the installation's path."""
    offer = run.customer.get(f"{account}/offers/{slug}")
    me = run.customer.get("/me")["person"]["email"]
    users = everything(run.customer, f"{account}/users", is_active="true")
    chosen = sorted(users, key=lambda user: user["email"] != me)[:2]
    plan = next(plan for plan in offer["plans"] if plan["type"] == "paid")
    body = {
        "app": slug,
        "plan_id": plan["id"],
        "user_ids": [user["id"] for user in chosen],
        "consent": {"scopes": offer["scopes"], "text": offer["consent_text"]},
    }
    operation = run.customer.post(f"{account}/installations", body)
    return f"{account}/installations/{operation['installation_id']}"


def launch(run: Drive, path: str) -> None:
    """The address that a click opens. The single sign-on behind it needs a browser."""
    expect(len(run.customer.get(f"{path}/users")["items"]), 2, "people with a licence")
    url = run.customer.post(f"{path}/launch")["url"]
    expect(url.startswith(f"{run.app_url}/start?"), True, f"the launch address {url}")
    run.say(f"A click would open {url.split('?', maxsplit=1)[0]}, where single sign-on goes on.")


def uninstall(run: Drive, account: str, path: str) -> None:
    """Remove it, with a reason, and see it gone."""
    run.customer.post(f"{path}/uninstall", {"reason_type": "not_needed", "reason": "Only a drive"})
    run.say("Ana removes it, with a reason: Updating, until the app's program acknowledges.")
    wait_for_status(run, path, "revoked")
    expect(path.rsplit("/", 1)[1] in my_apps(run, account), False, "the app in My Apps")
    run.say("It is gone from My Apps, and its credentials are dead.")


def go_wrong(run: Drive, account: str, app: Json) -> None:
    """The program declines, then breaks; both times the customer has a way out."""
    try:
        behave(run, app, "reject", "We are closed today.")
        path = order(run, account, app["slug"])
        shown = wait_for_status(run, path, "rejected")
        expect(shown["reason"], "We are closed today.", "the reason that the customer reads")
        run.say("Asked again, the app's program declines, and Ana reads why: Failed installation.")
        run.customer.post(f"{path}/remove")
        expect(run.customer.get(path)["status"], "revoked", "the installation that was removed")
        behave(run, app, "error")
        path = order(run, account, app["slug"])
        wait(lambda: first_failure(run, path) == 500, "The app's program was not asked in time.")
        expect(run.customer.get(path)["status"], "installing", "an installation that is still tried")
        run.say("Now it answers 500 to every event; the platform tries again for a quarter of an hour.")
        run.customer.post(f"{path}/remove")
        expect(path.rsplit("/", 1)[1] in my_apps(run, account), False, "the broken app in My Apps")
        run.say("Ana need not wait: an app that never worked is removed at once.")
    finally:
        behave(run, app, "behave")


def first_failure(run: Drive, path: str) -> int | None:
    """What the app's program answered to the first try."""
    deliveries = run.customer.get(f"{path}/deliveries")["items"]
    tries = deliveries[-1]["attempts"] if deliveries else []
    return tries[0]["response_status"] if tries else None


def my_apps(run: Drive, account: str) -> set[str]:
    """Ids of what the customer sees."""
    return {one["id"] for one in everything(run.customer, f"{account}/installations")}


def behave(run: Drive, app: Json, mode: str, reason: str = "") -> None:
    """Tells the example partner's program how to treat events of our app."""
    form = {"mode": mode, "app_id": app["id"], "reason": reason}
    answer = httpx.post(f"{run.app_url}/misbehave", data=form, timeout=10)
    expect(answer.is_error, False, f"an error when telling the example partner at {run.app_url} to {mode}")


if __name__ == "__main__":
    main()
