"""Every form of every page, sent with what nobody should send: one error for each field, nothing saved, all kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from tests.http.forms_on_pages import TEXTS, Control, Form, Page
from tests.http.remembering import remember_who_asks
from tests.http.test_every_address import PAGES, insiders, kept_cookies, signed_in
from tests.http.touching import watched
from tests.http.world import World, make_world, undone

pytestmark = pytest.mark.django_db
_FORM_TYPE = "application/x-www-form-urlencoded"
FEWEST = 70
FEWEST_FIELDS = 150
SCRIPT = '"><script>alert({number})</script>'
_ALIKE = re.compile(r"^(reason)-.*")  # one field for each scope
_ENDS_HERE = re.compile(r"/logout|/sign-out|/end$|sessions")  # pressed elsewhere: they end the walk's own session
NUL: Final = "\0"
# What no field of its kind takes, texts by turns.
_NO_TEXT: Final = (NUL, "x" * 70_000)
_NONE_OF_ITS_KIND: Final = {
    "number": "a lot", "date": "yesterday", "datetime-local": "yesterday", "time": "noon", "select": "no-such-choice",
    "radio": "no-such-choice", "checkbox": "no-such-choice", "email": "a@b@c", "url": "javascript:alert(1)",
    "password": NUL,
}  # fmt: skip


@pytest.fixture
def world(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    remember_who_asks(monkeypatch)
    settings.EMAIL_FILE_PATH = tmp_path
    settings.MEDIA_ROOT = tmp_path
    return make_world()


def forms_of(world: World, client: Client, kind: str) -> Iterator[Form]:
    """Each form that this person finds on their own pages, once for each address it is sent to."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for address in PAGES:
        if address.kind != kind or address.surface == "design":  # the components on show, which save nothing
            continue
        with undone(), kept_cookies(client):
            answer = client.get(address.path(world))
        if answer.status_code != 200 or not answer.get("Content-Type", "").startswith("text/html"):
            continue
        for form in Page(address.path(world), answer.content.decode()).forms:
            mark = (re.sub(r"[0-9a-f]{32}", "…", form.target), form.names)
            if mark not in seen and not _ENDS_HERE.search(form.target):
                seen.add(mark)
                yield form


def bodies(form: Form) -> Iterator[tuple[str, bytes]]:
    """What is sent, by what is wrong with all of it."""
    names = [control.name for control in form.controls if control.kind != "file"]
    yield "nothing", b"csrfmiddlewaretoken=x"
    scripts = {name: SCRIPT.format(number=number) for number, name in enumerate(form.texts)}
    yield "malicious", urlencode({**form.body(**scripts), "no_such_field": "x"}, doseq=True).encode()
    odd = (f"{name}=%5B%7B%7D&{name}=%ff%fe%00\xe9" for name in map(quote_plus, names))
    yield "of the wrong type and in no encoding", "&".join(odd).encode("latin-1")


def test_no_form_breaks_or_half_saves(world: World) -> None:
    wrong, forms, fields = list[str](), 0, 0
    for viewer in insiders(world):
        client = signed_in(viewer)
        for form in forms_of(world, client, viewer.kind):
            forms += 1
            for what, body in bodies(form):
                wrong += in_whole(client, form, what, body)
            told = one_by_one(client, form, wrong)
            wrong += all_at_once(client, form, told)
            fields += len(told)
    assert wrong == []
    assert forms > FEWEST
    assert fields > FEWEST_FIELDS


def in_whole(client: Client, form: Form, what: str, body: bytes) -> Iterator[str]:
    """What is wrong with how ``body`` was taken."""
    with watched() as writes, kept_cookies(client):
        answer: Any = client.post(form.target, body, content_type=_FORM_TYPE)
    if complaint := complain(form, what, answer):
        yield f"{form.target} with {what}: {complaint}"
    if writes.saved and is_refused(form, answer):
        yield f"{form.target} with {what}: saved in {', '.join(writes.saved)}"


def one_by_one(client: Client, form: Form, wrong: list[str]) -> dict[str, Control]:
    """Sends the form as it stands on its page with one field wrong, for each: that one is accused and no other.

    Fields that are accused of being empty anyhow do not count. Returns those that were told apart.
    """
    told: dict[str, Control] = {}
    fields = list(judged(form))
    if not fields:
        return told
    with undone(), kept_cookies(client):
        empty = accused(form, client.post(form.target, form.body())) or set()
    for turn, control in enumerate(fields):
        bad = bad_value(control, turn)
        with watched() as writes, kept_cookies(client):
            answer: Any = client.post(form.target, {**form.body(), control.name: bad})
        found = accused(form, answer)
        where = f"{form.target} with a bad {control.name}"
        if found is None:
            wrong.append(f"{where}: answered {answer.status_code}")
        elif control.name not in found or found - empty - {control.name}:
            wrong.append(f"{where}: accused are {sorted(found - empty)}")
        elif writes.saved:
            wrong.append(f"{where}: saved in {', '.join(writes.saved)}")
        elif control.kind in TEXTS and bad != NUL and not is_shown(form, answer, bad):
            wrong.append(f"{where}: lost what was typed")
        else:
            told[control.name] = control
    return told


def all_at_once(client: Client, form: Form, told: dict[str, Control]) -> Iterator[str]:
    """Nobody mends one field to hear of the next."""
    if len(told) > 1:
        bad = {name: bad_value(control, turn) for turn, (name, control) in enumerate(told.items())}
        with undone(), kept_cookies(client):
            answer: Any = client.post(form.target, {**form.body(), **bad})
        if missing := set(told) - (accused(form, answer) or set()):
            yield f"{form.target} with everything bad: not accused are {sorted(missing)}"


def judged(form: Form) -> Iterator[Control]:
    """Each field that can be wrong, once. A box alone is ticked or not, and a search finds what it finds."""
    seen = set[str]()
    for control in form.controls:
        is_alone = control.kind == "checkbox" and form.names.count(control.name) == 1
        name = _ALIKE.sub(r"\1", control.name)
        if control.kind not in {"hidden", "search"} and not is_alone and name not in seen:
            seen.add(name)
            yield control


def bad_value(control: Control, turn: int) -> Any:
    """What a field of this kind does not take."""
    if control.kind == "file":
        return SimpleUploadedFile("picture.png", b"no picture")
    return _NONE_OF_ITS_KIND.get(control.kind) or _NO_TEXT[turn % len(_NO_TEXT)]


def accused(form: Form, answer: HttpResponse) -> set[str] | None:
    """The fields that the page says are wrong; None when it is not the page of this form."""
    if answer.status_code not in {200, 400, 409, 422}:
        return None
    page = Page(form.page, answer.content.decode())
    return page.accused(form.target) if any(each.target == form.target for each in page.forms) else None


def is_shown(form: Form, answer: HttpResponse, text: str) -> bool:
    page = Page(form.page, answer.content.decode())
    return any(control.value == text for each in page.forms for control in each.controls)


def is_refused(form: Form, answer: HttpResponse) -> bool:
    if answer.status_code == 200 and answer.get("Content-Type", "").startswith("text/html"):
        page = Page(form.page, answer.content.decode())
        return bool(page.errors) or page.is_alerted
    return answer.status_code >= 400


def complain(form: Form, what: str, answer: HttpResponse) -> str:
    """What is wrong with ``answer``; empty when nothing is."""
    if answer.status_code >= 500:
        return f"broke with {answer.status_code}"
    if answer.status_code not in {200, 302, 400, 403, 404, 409, 422}:
        return f"answered {answer.status_code}"
    text = answer.content.decode(errors="replace")
    if re.search(r"<script>alert\(\d", text):
        return "runs what was typed"
    if answer.status_code != 422 or "<form" not in text:
        return ""
    if 'role="alert"' not in text and 'class="error"' not in text:
        return "says nothing about the error"
    if what == "malicious":
        shown = {name for again in Page(form.page, text).forms for name in again.names}
        lost = [
            name
            for number, name in enumerate(form.texts)
            if name in shown and escape(SCRIPT.format(number=number)) not in text.replace("&#34;", "&quot;")
        ]
        if lost:
            return f"lost what was typed into {', '.join(lost)}"
    return ""
