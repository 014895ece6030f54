"""Run in a house's own environment: signs the demo people in, counts the queries of each page, prints what it found.

The answer is JSON: ``{path: {"session": cookie or "", "queries": number}}``.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from django.test import Client

ANA, CLAIRE = "ana@starship.example", "claire@lumen.example"
MARA, JON = "mara@ledgerline.example", "jon@fondaco.example"
NOBODY = ""


def list_pages() -> dict[str, list[str]]:
    """The pages that each person looks at, with real ids in them."""
    from fondaco.catalog.models import App, Version
    from fondaco.installs.models import Installation
    from fondaco.partners.models import Partner, PartnerApplication
    from fondaco.review.models import Submission

    installed = Installation.objects.get(app__slug="northwind-crm", account__name="starship").pk.hex
    app = App.objects.get(slug="ledgerline")
    version = Version.objects.filter(app=app).latest("created_at").pk.hex
    submission = Submission.objects.filter(status="open").earliest("created_at")
    application = PartnerApplication.objects.get(status="pending").pk.hex
    return {
        NOBODY: ["/", "/?q=call", "/marketplace/northwind-crm", "/partners", "/partners/apply", "/account/login/"],
        ANA: ["/my-apps", f"/my-apps/{installed}", "/people"],
        CLAIRE: ["/install/northwind-crm/plan"],
        MARA: [
            "/portal/",
            "/portal/apps",
            f"/portal/apps/{app.pk.hex}",
            f"/portal/versions/{version}",
            f"/portal/versions/{version}/preview",
            "/portal/members",
        ],
        JON: [
            "/backoffice/",
            "/backoffice/applications",
            f"/backoffice/applications/{application}",
            "/backoffice/partners",
            f"/backoffice/partners/{Partner.objects.get(name='Ledgerline GmbH').pk.hex}",
            "/backoffice/accounts",
            f"/backoffice/submissions/{submission.track}",
            f"/backoffice/submissions/{submission.track}/{submission.pk.hex}",
            "/backoffice/events",
        ],
    }


def measure(pages: dict[str, list[str]]) -> dict[str, Any]:
    """What the module prints, for pages by the e-mail address of who looks at them."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, setup_test_environment

    from fondaco.accounts.models import Person

    setup_test_environment()
    found: dict[str, Any] = {}
    for email, paths in pages.items():
        client = Client()
        if email:
            person = Person.objects.get(email=email)
            client.force_login(person)
            _open_session(client, person)
        for path in paths:
            client.get(path, follow=True)
            with CaptureQueriesContext(connection) as queries:
                status = client.get(path).status_code
            found[path] = {"session": _session(client), "queries": len(queries), "status": status}
    return found


def _open_session(client: Client, person: Any) -> None:
    """What a sign-in through the form leaves besides the cookie: the house's own session, proven by a code."""
    import time

    from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY

    from fondaco.identity.models import LoginSession
    from fondaco.surfaces.site.sign_in import SID

    session: Any = client.session
    session[SID] = LoginSession.objects.create(person=person, device="benchmark").pk.hex
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time()}]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(person.pk)
    session.save()


def _session(client: Client) -> str:
    return client.cookies["sessionid"].value if "sessionid" in client.cookies else ""


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(measure(list_pages())))
