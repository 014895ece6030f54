"""Steps 2 and 3 of the main job: an app is registered, described, reviewed, sent back, reviewed again and published."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.factories.pictures import drawing
from tests.flows.becoming import MARA
from tests.flows.browser import Browser
from tests.flows.house import House

from fondaco.catalog.models import App, Version

FEEDBACK = "Say in the summary that payments are included."
TECHNICAL = ("/events", "/start", "/callback")


def publish_app(house: House, mara: Browser, operator: Browser) -> Version:
    """From nothing to an app in the marketplace, with one rejection on the way."""
    version = describe_app(house, mara)
    for track in ("technical", "listing"):
        submit(mara, version, track)
    house.check()
    house.mails()
    review(operator, version, "listing", "Reject with feedback", {"In all": FEEDBACK})
    _improve(house, mara, version)
    house.check()
    for track in ("listing", "technical"):
        review(operator, version, track, "Approve", {})
    subjects = sorted(letter.subject for letter in house.mails() if letter.to == [MARA])
    assert subjects == ["Ledgerline 1.0.0: listing content approved", "Ledgerline 1.0.0: technical content approved"]
    assert "Ledgerline" not in house.browser().open("/").text
    mara.open(f"/portal/versions/{version}")
    mara.follow("Make available")
    page = mara.press("Make available")
    assert "Published: customers can find and install it." in page.text
    found = Version.objects.get(pk=version)
    assert (found.technical.status, found.listing.status) == ("available", "advertised")
    return found


def describe_app(house: House, mara: Browser) -> str:
    """Registers the app and fills in its first version; returns the version's id."""
    mara.open("/portal/apps/new")
    icon = SimpleUploadedFile("icon.png", drawing(), "image/png")
    mara.press("Register", {"Name": "Ledgerline", "Icon": icon, "Website": "https://ledgerline.example"})
    page = mara.press("Create version", {"Name of the version": "1.0.0"})
    version = page.url.rsplit("/", 1)[1]
    assert App.objects.get().slug == "ledgerline"
    mara.open(f"/portal/versions/{version}/technical")
    events, start, callback = (house.partner.url + path for path in TECHNICAL)
    mara.press(
        "Save",
        {
            "Events callback URL": events,
            "Standalone URL": start,
            "Redirect URLs": callback,
            "Reads your account's name and time zone account:read": True,
            "Reads the people in your account users:read": True,
        },
    )
    _describe_listing(house, mara, version)
    return version


def submit(mara: Browser, version: str, track: str) -> None:
    """Puts a track into the queue through its page."""
    mara.open(f"/portal/versions/{version}/submit/{track}")
    page = mara.press("Submit for review", {"A word to the reviewer": "Ready when you are."})
    assert "Submitted. You will get a mail with the decision." in page.text
    page = mara.open(f"/portal/versions/{version}/{track}")
    assert page.url == f"{mara.site}/portal/versions/{version}"
    assert "This content is in review or decided, so it cannot be changed now." in page.text


def review(operator: Browser, version: str, track: str, decision: str, words: dict[str, str]) -> None:
    """Jon opens the queue, the submission, and decides."""
    page = operator.open(f"/backoffice/submissions/{track}")
    address = next(href for label, href in page.links if "Ledgerline 1.0.0" in label)
    page = operator.open(address)
    assert "Ready when you are." in page.text
    operator.press(decision, dict(words))


def _describe_listing(house: House, mara: Browser, version: str) -> None:
    mara.open(f"/portal/versions/{version}/listing")
    entries = {
        "Name": "Ledgerline",
        "Summary": "Invoices inside the call.",
        "Description": "Agents see **open invoices** beside the caller.",
        "Payments & Security": True,
        "Support address": "help@ledgerline.example",
        "Privacy policy": f"{house.partner.url}/about/privacy",
        "Terms of use": f"{house.partner.url}/about/terms",
    }
    page = mara.press("Save", entries)
    assert "Add at least one screenshot." in page.text
    mara.open(f"/portal/versions/{version}/plans")
    mara.press("Add plan", {"Name": "Team", "Price in a month": "18", "Smallest number of licences": "2"})
    mara.open(f"/portal/versions/{version}/screenshots")
    shot = SimpleUploadedFile("shot.png", drawing(1280, 800), "image/png")
    mara.press("Add picture", {"Picture": shot, "What it shows": "An open invoice beside a call"})


def _improve(house: House, mara: Browser, version: str) -> None:
    letter = house.mail_to(MARA, "Ledgerline 1.0.0: listing content needs changes")
    assert FEEDBACK in str(letter.body)
    page = mara.open(house.link_in(letter))
    assert FEEDBACK in page.text
    mara.open(f"/portal/versions/{version}/listing")
    mara.press("Save", {"Summary": "Invoices and payments inside the call."})
    submit(mara, version, "listing")
    house.mails()
