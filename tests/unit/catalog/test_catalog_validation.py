"""The rules for what partners type in."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from fondaco.catalog.scopes import SCOPES
from fondaco.catalog.validation import FieldProblems, problem_with_url, problem_with_video
from fondaco.kit.errors import Invalid


@pytest.fixture
def found() -> FieldProblems:
    return FieldProblems()


@pytest.mark.parametrize(
    "address",
    [
        "https://app.ledgerline.example/events",
        "https://app.ledgerline.example:8443/a?b=c",
        "https://xn--bcher-kva.example/",
        "http://127.0.0.1:9100/events",
        "http://localhost:9100/events",
        "http://[::1]:9100/events",
    ],
)
def test_usable_addresses(address: str, settings: Settings) -> None:
    settings.OUTBOUND_ALLOW_LOOPBACK = True
    assert problem_with_url(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "http://app.ledgerline.example/events",
        "ftp://app.ledgerline.example/",
        "javascript:alert(1)",
        "https://user:secret@app.ledgerline.example/",
        "https://app.ledgerline.example/#top",
        "https://",
        "https:///path",
        "//app.ledgerline.example",
        "https://app.ledgerline.example/a b",
        "https://app.ledgerline.example\\@evil.example/",
        "https://app.ledgerline.example:99999/",
        "https://[::1/",
        "https://bücher.example/",
        "https://10.0.0.5/",
        "https://169.254.169.254/latest",
        "https://2130706433/",
        "http://127.0.0.1/",
        "https://localhost/",
        "not an address",
    ],
)
def test_refused_addresses(address: str, settings: Settings) -> None:
    settings.OUTBOUND_ALLOW_LOOPBACK = False
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    assert problem_with_url(address) is not None


@pytest.mark.parametrize("address", ["https://youtu.be/x", "https://vimeo.com/1", "https://www.loom.com/share/1"])
def test_video_hosts(address: str) -> None:
    assert problem_with_video(address) is None


@pytest.mark.parametrize("address", ["https://evil.example/youtube.com", "https://youtube.com.evil.example/x"])
def test_other_video_hosts(address: str) -> None:
    assert problem_with_video(address) is not None


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\nb", "a\tb", "a\u202eb", "a\ufffeb", "a\ud800b"])
def test_unshowable_characters(found: FieldProblems, text: str) -> None:
    assert found.text("name", text, most=50) == ""
    assert found.fields == {"name": ["This contains characters that cannot be shown. Type it again without them."]}


def test_lines_are_kept_where_they_belong(found: FieldProblems) -> None:
    assert found.text("notes", " one\r\ntwo\rthree ", most=50, lines=True) == "one\ntwo\nthree"
    assert found.fields == {}


def test_length_limits(found: FieldProblems) -> None:
    assert found.text("short", "ab", least=3, most=5) == ""
    assert found.text("long", "abcdef", least=3, most=5) == ""
    assert found.text("none", " ", least=1, most=5) == ""
    assert found.text("fits", "abcde", least=3, most=5) == "abcde"
    assert found.fields == {
        "short": ["Use at least 3 characters."],
        "long": ["Use at most 5 characters; these are 6."],
        "none": ["This is required."],
    }


def test_only_the_first_error_of_a_field_is_kept(found: FieldProblems) -> None:
    found.add("name", "first")
    found.add("name", "second")
    with pytest.raises(Invalid) as refusal:
        found.raise_if_any()
    assert refusal.value.fields == {"name": ["first"]}


def test_something_that_is_not_text(found: FieldProblems) -> None:
    assert found.text("name", 5, most=50) == ""
    assert found.fields == {"name": ["This must be text."]}


@pytest.mark.parametrize("address", ["support", "a@b", "a b@c.example", "@c.example"])
def test_bad_mail_addresses(found: FieldProblems, address: str) -> None:
    assert found.email("email", address) == ""
    assert found.fields == {"email": ["Write an e-mail address like support@company.example."]}


def test_redirect_addresses_are_few_exact_and_once(found: FieldProblems) -> None:
    same = "https://a.example/cb"
    assert found.urls("redirect_urls", [same, same, "", f"{same}/"]) == [same, f"{same}/"]
    found.urls("redirect_urls", [f"{same}{number}" for number in range(11)])
    assert found.fields == {"redirect_urls": ["Use at most 10 addresses."]}


def test_unknown_choices_are_named(found: FieldProblems) -> None:
    assert found.choices("scopes", ["users:read", "root:all", "users:read"], SCOPES) == ["users:read"]
    assert found.fields == {"scopes": ["Unknown: root:all."]}


def test_scopes_that_change_something_need_a_reason() -> None:
    assert [name for name, scope in SCOPES.items() if scope.needs_reason] == [
        "events:write",
        "contacts:write",
        "user-ring-groups:write",
        "queues:write",
        "callback:write",
        "data-reports:write",
        "user-session-public:end",
        "partner-apps:write",
    ]
