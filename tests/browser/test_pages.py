"""Every page that links lead to, as the person it is for: it answers, fits every screen, and axe finds nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import product

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Page, expect
from tests.browser.conftest import PageAs
from tests.browser.house import House
from tests.browser.looking import KEEPS_PICTURES, WIDTHS, find_faults, find_overflow, keep_picture, resize
from tests.browser.walking import walk

from fondaco.runtime.demo.people import CUSTOMER, OPERATOR, PARTNER

pytestmark = pytest.mark.browser

THEMES = ("light", "dark")
DESIGN = [f"/design{path}" for path in ("", "/data", "/form", "/apps", "/notices", "/look")]
FACTORS = ["/account/2fa/app/", "/account/2fa/passkeys/add/", "/account/reauthenticate/"]
SIGN_IN = [
    "/account/login/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/account/signup/",
    "/account/confirm-email/",
    "/sign-in",
]
# Who walks, from where, and over which addresses.
WALKS: dict[str, tuple[str | None, list[str], tuple[str, ...]]] = {
    "stranger": (None, ["/", *SIGN_IN, "/account/inactive/", "/inbox"], ("/",)),
    "look": (None, DESIGN, ("/design",)),
    "customer": (
        CUSTOMER,
        ["/my-apps", "/account/password/change/", "/account/logout/"],
        ("/my-apps", "/people", "/support", "/why-not"),
    ),
    "own settings": ("ivy@harbour.example", ["/you", "/you/email", *FACTORS], ("/you",)),
    "agent": ("leo@starship.example", ["/my-apps"], ("/my-apps",)),
    "partner": (PARTNER, ["/portal/"], ("/portal/",)),
    "operator": (OPERATOR, ["/backoffice/"], ("/backoffice/",)),
    "support": (
        "ines@fondaco.example",
        ["/backoffice/tickets", "/backoffice/tickets?shown=all", "/backoffice/partners"],
        (
            "/backoffice/tickets",
            "/backoffice/partners",
            "/backoffice/apps",
            "/backoffice/deliveries",
            "/backoffice/accounts",
            "/backoffice/installations",
        ),
    ),
    "tokens": (PARTNER, ["/you/tokens", "/you/tokens/new", "/device"], ("/you/tokens", "/device")),
}
# Pages whose pictures are kept in every size and theme; the others are looked at once.
KEY_PAGES = {
    "stranger": {"storefront:marketplace", "storefront:listing", "storefront:apply", "account_login"},
    "look": {"site:design"},
    "customer": {"console:my_apps", "console:installation", "console:people", "console:ticket", "console:ask_support"},
    "agent": {"console:my_apps"},
    "own settings": {"site:you", "site:security", "site:sessions"},
    "partner": {"portal:overview", "portal:version", "portal:technical"},
    "tokens": {"site:tokens", "site:device"},
    "support": {"backoffice:tickets", "backoffice:ticket"},
    "operator": {"backoffice:overview", "backoffice:submission", "backoffice:application"},
}
SURFACES = {"storefront", "console", "portal", "backoffice"}
# These answer a form that is on another page, or only lead on to one.
ANSWERS_ONLY = {
    "backoffice": {
        "question_application", "approve_application", "reject_application", "approve_submission", "reject_submission",
        "submissions", "invite_owner", "restore_access", "rotate_credentials", "withdraw_trust",
        "confirm_transfer", "refuse_transfer",
        "deactivate_staff", "resend_staff_invitation", "withdraw_staff_invitation",
        "take_submission", "give_submission_back", "snooze_submission", "wake_submission", "message_partner",
        "note_submission", "submission_credentials", "try_submission", "remove_reason", "pick_review_account",
        "run_checks", "withdraw_waiver", "findings", "waive_check", "withhold_version", "readmit_version",
        "pass_sample", "report_sample",
        "replay_event", "try_address",
        "answer_ticket", "note_ticket", "involve_partner", "take_ticket", "give_ticket_back", "prioritise_ticket",
    },
    "console": {
        "my_apps_board", "retry", "launch", "withdraw_invitation", "resend_invitation", "deactivate", "reactivate",
        "delete_role", "accept_test", "decline_test", "leave_test", "test_sign_in", "switch_sign_in", "solve_ticket",
    },
    "portal": {
        "make_link", "end_link", "remove_tester", "accept_transfer", "decline_transfer", "withdraw_transfer",
        "withdraw_member_invitation", "resend_member_invitation", "create_version", "remove_member",
        "rotate_credentials", "run_checks", "replay_event", "try_address", "end_webhook_secret", "show_webhook_secret",
        "draft", "discard_draft", "panel", "move_screenshot",
        "solve_ticket",
    },
}  # fmt: skip
# These are reached through a form or a mail, or while a version is a draft: the main job by hand goes there, and the
# life of a version by hand.
BY_HAND = {
    "backoffice": {"hand_submission_over"},
    "portal": {
        "publish", "cancel_publication", "relist", "submit", "listing", "screenshots", "screenshot",
        "remove_screenshot", "remove_plan", "plan",
    },
    "storefront": {
        "preview", "apply_sent", "apply_verify", "apply_answer", "install_plan", "install_users",
        "install_later", "install_confirm",
    },
}  # fmt: skip
# Open only while support allows it, once a sign-in is set up or events failed, or to people of several accounts:
# test_closed_pages and tests/http look at them.
CLOSED = {
    "console": {"force_uninstall", "remove_sign_in", "upgrade"},
    "storefront": {"install", "install_by_link"},
    "portal": {"retire_version", "replay_events"},
    "backoffice": {
        "ending", "remove_installation", "sample", "extend_trial", "replay_events",
        "installation", "broken_updates", "explanation",
    },
}  # fmt: skip
VIEWED: set[tuple[str, tuple[int, str]]] = set()  # routes, in which size and theme axe looked at them
WALKED: dict[str, Tour] = {}  # each walk is made once, by whichever test comes first


@dataclass
class Tour:
    """What one person saw: every route, and what is wrong with it."""

    routes: set[str] = field(default_factory=set)
    count: int = 0
    faults: list[tuple[str, str]] = field(default_factory=list)


def tour(who: str, house: House, page_as: PageAs) -> Tour:
    """Everything that this person finds by following links, looked at in every way that can break it."""
    if who in WALKED:
        return WALKED[who]
    email, start, within = WALKS[who]
    page, seen = page_as(email), Tour()
    views = [(1440, "light"), (768, "light"), (390, "dark")]

    def look(route: str, address: str) -> None:
        seen.count += 1
        seen.faults += [(address, fault) for fault in find_faults(page)]
        seen.faults += [(address, fault) for fault in _check_words(page.title(), page.locator("h1").all_inner_texts())]
        VIEWED.add((route, views[0]))
        for width, theme in views[1:]:
            resize(page, width, theme)
            seen.faults += [(f"{address} at {width}", fault) for fault in find_overflow(page)]
        if (route, views[-1]) not in VIEWED:  # other things on it have the same colours
            VIEWED.add((route, views[-1]))
            seen.faults += [(f"{address} at {width}", fault) for fault in find_faults(page, in_looks_only=True)]
        if KEEPS_PICTURES and route not in seen.routes:
            keep_pictures(page, who, route)
            resize(page, *views[-1])
        seen.routes.add(route)
        views.reverse()  # the next one is opened as this one is left

    resize(page, *views[0])
    walk(page, house.site, start, within, look)
    WALKED[who] = seen
    return seen


def keep_pictures(page: Page, who: str, route: str) -> None:
    """In every size and theme, or in one."""
    sizes = product(THEMES, WIDTHS) if route in KEY_PAGES[who] else [("light", 1440)]
    for theme, width in sizes:
        resize(page, width, theme)
        keep_picture(page, f"{who}-{route.replace(':', '-')}", theme, width)


@pytest.mark.parametrize("who", WALKS)
def test_every_page_is_in_order(who: str, house: House, page_as: PageAs) -> None:
    seen = tour(who, house, page_as)
    assert seen.count >= len(WALKS[who][1])
    assert seen.faults == []


def test_no_page_is_forgotten(house: House, page_as: PageAs) -> None:
    """A page which nobody reaches by links is a page which nobody finds."""
    reached = set[str]().union(*(tour(who, house, page_as).routes for who in WALKS))
    for surface in sorted(SURFACES):
        elsewhere = [names.get(surface, set()) for names in (ANSWERS_ONLY, BY_HAND, CLOSED)]
        pages = _names(surface).difference(*elsewhere)
        missing = {name for name in pages if f"{surface}:{name}" not in reached}
        assert (surface, missing) == (surface, set())


def test_the_apps_of_the_demo_get_ready_by_themselves(page_as: PageAs) -> None:
    page = page_as(CUSTOMER)
    page.goto("/my-apps")
    for app in ("Northwind CRM", "Ledgerline", "Deskbridge", "Callback Desk", "Tempo WFM"):
        expect(page.get_by_role("link", name=re.compile(rf"^{app}(?!.*(Installing|failed))")).first).to_be_visible()
    for theme, width in product(THEMES, WIDTHS):
        resize(page, width, theme)
        keep_picture(page, "my-apps", theme, width)


def _check_words(title: str, headings: list[str]) -> list[str]:
    found = [] if len(headings) == 1 and headings[0].strip() else [f"headings: {headings}"]
    return found if title.endswith(" · Fondaco") and len(title) > len("x · Fondaco") else [*found, f"title: {title!r}"]


def _names(surface: str) -> set[str]:
    """The names of a surface's addresses."""
    resolvers = [each for each in get_resolver().url_patterns if isinstance(each, URLResolver)]
    return {name for each in resolvers if each.namespace == surface for name in _leaves(each)}


def _leaves(resolver: URLResolver) -> set[str]:
    names: set[str] = set()
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            names.add(str(each.name))
        elif isinstance(each, URLResolver):
            names |= _leaves(each)
    return names
