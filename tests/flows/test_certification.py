"""From registering to deprecating, through every step of certification: each side on its pages, each mail read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.flows.becoming import MARA, become_partner
from tests.flows.browser import Browser, Page
from tests.flows.house import House
from tests.flows.people import hire_operator
from tests.flows.publishing import describe_app, review, submit

from fondaco.catalog.models import Version
from fondaco.kit import clock
from fondaco.review.models import CheckRun, RequestedChange

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_registering_to_deprecating(house: House) -> None:
    _jon, operator = hire_operator(house)
    mara = become_partner(house, operator)
    version = describe_app(house, mara)
    look_at_checks(house, mara, version)

    for track in ("technical", "listing"):
        submit(mara, version, track)
    house.check()
    house.mails()
    ask_and_answer(house, operator, mara, version)
    send_back(house, operator, version)
    mend(house, mara, version)
    for track in ("technical", "listing"):
        review(operator, version, track, "Approve", {})
    house.mails()

    go_live_at_a_set_time(house, mara, version)
    begin_the_next_and_end_this_one(house, mara, version)


def look_at_checks(house: House, mara: Browser, version: str) -> None:
    """The partner runs what the reviewer will read, before anything is submitted (T23)."""
    mara.open(f"/portal/versions/{version}/checks")
    mara.press("Run the checks")
    house.check()
    run = CheckRun.objects.get()
    assert (run.status, run.why, run.results.count()) == ("finished", "partner", run.total)
    page = mara.open(f"/portal/versions/{version}/checks")
    assert "Nothing must be mended; " in page.text


def ask_and_answer(house: House, operator: Browser, mara: Browser, version: str) -> None:
    """A question makes the review wait for the partner, and the answer brings it back."""
    open_submission(operator, "technical")
    operator.press("Ask, and wait for the answer", {"message-text": "Which region do you call us from?"})
    [letter] = [letter for letter in house.mails() if letter.to == [MARA]]
    assert "Which region do you call us from?" in str(letter.body)
    page = mara.open(house.link_in(letter))
    assert "Which region do you call us from?" in page.text
    assert "next: you, with an answer" in page.text
    mara.follow("Answer the reviewer")
    mara.press("Send", {"Your message": "From Frankfurt."})
    house.mails()
    assert "From Frankfurt." in open_submission(operator, "technical").text
    assert "Waiting for you." not in mara.open(f"/portal/versions/{version}").text


def send_back(house: House, operator: Browser, version: str) -> None:
    """The no names the field that must change."""
    open_submission(operator, "listing")
    operator.press(
        "Reject with feedback",
        {
            "In all": "Nearly there.",
            "change-0-subject": "summary",
            "change-0-text": "Say that payments are included.",
        },
    )
    assert RequestedChange.objects.get().subject == "summary"
    letter = house.mail_to(MARA, "Ledgerline 1.0.0: listing content needs changes")
    assert "Say that payments are included." in str(letter.body)


def mend(house: House, mara: Browser, version: str) -> None:
    """What was asked for stands beside its field; sent in again, only that is new to the reviewer."""
    page = mara.open(f"/portal/versions/{version}/listing")
    assert "Say that payments are included." in page.text
    mara.press("Save", {"Summary": "Invoices and payments inside the call."})
    submit(mara, version, "listing")
    house.check()
    house.mails()
    assert RequestedChange.objects.get().addressed_in is not None


def go_live_at_a_set_time(house: House, mara: Browser, version: str) -> None:
    """Nothing is in the marketplace before its time, and then everything is."""
    mara.open(f"/portal/versions/{version}/publish")
    due_at = (clock.now() + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    mara.press("Make available", {"At a set time": True, "Goes live at (UTC)": due_at.strftime("%Y-%m-%dT%H:%M")})
    house.mails()
    assert "Ledgerline" not in house.browser().open("/").text
    with clock.travel(timedelta(days=2, minutes=1)):
        house.sweep()
    found = Version.objects.get(pk=version)
    assert (found.technical.status, found.listing.status) == ("available", "advertised")
    subjects = [letter.subject for letter in house.mails() if letter.to == [MARA]]
    assert "Ledgerline is in the marketplace" in subjects
    assert "Ledgerline" in house.browser().open("/").text


def begin_the_next_and_end_this_one(house: House, mara: Browser, version: str) -> None:
    """The next version is a copy, compared with the first; then the first is no longer offered."""
    app = Version.objects.get(pk=version).app_id.hex
    mara.open(f"/portal/apps/{app}?copy={version}")
    page = mara.press("Create version", {"Name of the version": "1.1.0"})
    second = page.url.rsplit("/", 1)[1]
    mara.open(f"/portal/versions/{second}/technical")
    mara.press("Save", {"Release notes": "Faster."})
    page = mara.open(f"/portal/apps/{app}/compare?before={version}&after={second}")
    assert "Faster." in page.text
    mara.open(f"/portal/versions/{version}/deprecate")
    mara.press("Deprecate 1.0.0", {"reason": "1.1.0 is better."})
    assert Version.objects.get(pk=version).technical.status == "deprecated"
    assert "Ledgerline" not in house.browser().open("/").text


def open_submission(operator: Browser, track: str) -> Page:
    page = operator.open(f"/backoffice/submissions/{track}?shown=all")
    return operator.open(next(href for label, href in page.links if "Ledgerline 1.0.0" in label))
