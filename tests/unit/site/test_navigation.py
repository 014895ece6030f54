"""What stands in the frame, for whom, and which entry is active."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from fondaco.surfaces.site import navigation
from fondaco.surfaces.site.navigation import NavItem, Spot, find_entries, register


@pytest.fixture(autouse=True)
def _own_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_ITEMS", {})


def asked(path: str, *permissions: str, kind: str = "tests") -> HttpRequest:
    request = RequestFactory().get(path)
    request.viewer = SimpleNamespace(  # type: ignore[attr-defined]
        place=SimpleNamespace(kind=kind) if kind else None, can=lambda permission: permission in permissions
    )
    return cast("HttpRequest", request)


def register_some() -> None:
    register(
        "tests",
        NavItem("Home", "site:home", "home"),
        NavItem("Design", "site:design", "layout-grid", beneath=("/drawings",)),
        NavItem("Forms", "site:design_form", "forms", permission="forms.view"),
        NavItem("Mails", "site:inbox", "mail", spot=Spot.FOOT, count=lambda viewer: 3),
    )


def test_entries_need_their_permission() -> None:
    register_some()
    assert [entry.label for entry in find_entries(asked("/"))] == ["Home", "Design"]
    assert [entry.label for entry in find_entries(asked("/", "forms.view"))] == ["Home", "Design", "Forms"]


def test_of_several_permissions_one_is_enough() -> None:
    register("tests", NavItem("Reviews", "site:home", "home", permission=("a.read", "b.read")))
    shown = [len(find_entries(asked("/", *held))) for held in ((), ("a.read",), ("b.read",), ("c.read",))]
    assert shown == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("path", "active"),
    [
        ("/design", ["Design"]),
        ("/design/anything", ["Design"]),
        ("/design/form", ["Forms"]),
        ("/design/form/1", ["Forms"]),
        ("/designs", []),
        ("/drawings/1", ["Design"]),
        ("/elsewhere", []),
    ],
)
def test_the_best_fitting_entry_is_active(path: str, active: list[str]) -> None:
    register_some()
    assert [entry.label for entry in find_entries(asked(path, "forms.view")) if entry.active] == active


def test_the_foot_has_its_own_entries_and_counts() -> None:
    register_some()
    (mails,) = find_entries(asked("/"), Spot.FOOT)
    assert (mails.label, mails.url, mails.count) == ("Mails", "/inbox", 3)


def test_who_is_nowhere_sees_nothing() -> None:
    register_some()
    assert find_entries(asked("/", kind="")) == []


def test_a_place_has_at_most_seven_entries() -> None:
    with pytest.raises(ValueError, match="at most 7"):
        register("tests", *[NavItem(str(number), "site:home", "home") for number in range(8)])
