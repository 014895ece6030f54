"""Every form of every page, sent with what nobody should send: nothing half-saved, and what was typed is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote_plus, urlencode, urljoin, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.http.counting import count_rows
from tests.http.remembering import remember_who_asks
from tests.http.test_every_address import PAGES, insiders, kept_cookies, signed_in
from tests.http.world import World, make_world, undone

pytestmark = pytest.mark.django_db
_TEXTS = frozenset({"text", "search", "url", "email", "tel", "textarea"})
_FORM_TYPE = "application/x-www-form-urlencoded"
FEWEST = 70
SCRIPT = '"><script>alert({number})</script>'
_ENDS_HERE = re.compile(r"/logout|/sign-out|/end$|sessions")  # pressed elsewhere: they end the walk's own session


@dataclass
class Form:
    """A form on a page: where it is sent, and its controls as ``(name, kind, value)``."""

    page: str
    target: str
    controls: list[tuple[str, str, str]]

    @property
    def texts(self) -> list[str]:
        return [name for name, kind, _value in self.controls if kind in _TEXTS]

    def body(self, **texts: str) -> dict[str, list[str]]:
        """As a browser sends it, with other ``texts``."""
        sent: dict[str, list[str]] = {}
        for name, kind, value in self.controls:
            if kind not in {"file", "submit"}:
                sent.setdefault(name, []).append(texts.get(name, value))
        return sent


class _Forms(HTMLParser):
    def __init__(self, page: str, text: str) -> None:
        super().__init__()
        self.page, self.forms, self._open = page, list[Form](), False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = given.get("method", "").lower() == "post"
            if self._open:
                target = urlsplit(urljoin(f"http://x{self.page}", given.get("action") or self.page))
                self.forms.append(Form(self.page, target.path, []))
        kinds = {"input": given.get("type", "text"), "textarea": "textarea", "select": "select"}
        if self._open and tag in kinds and given.get("name") and "disabled" not in given:
            self.forms[-1].controls.append((given["name"], kinds[tag], given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False


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
        if address.kind != kind:
            continue
        with undone(), kept_cookies(client):
            answer = client.get(address.path(world))
        if answer.status_code != 200 or not answer.get("Content-Type", "").startswith("text/html"):
            continue
        for form in _Forms(address.path(world), answer.content.decode()).forms:
            mark = (re.sub(r"[0-9a-f]{32}", "…", form.target), tuple(name for name, _, _ in form.controls))
            if mark not in seen and not _ENDS_HERE.search(form.target):
                seen.add(mark)
                yield form


def bodies(form: Form) -> Iterator[tuple[str, bytes]]:
    """What is sent, by what is wrong with it."""
    names = [name for name, kind, _value in form.controls if kind != "file"]
    yield "nothing", b"csrfmiddlewaretoken=x"
    yield "too long", urlencode(form.body(**dict.fromkeys(form.texts, "x" * 6001)), doseq=True).encode()
    scripts = {name: SCRIPT.format(number=number) for number, name in enumerate(form.texts)}
    yield "malicious", urlencode({**form.body(**scripts), "no_such_field": "x"}, doseq=True).encode()
    odd = (f"{name}=%5B%7B%7D&{name}=%ff%fe%00\xe9" for name in map(quote_plus, names))
    yield "of the wrong type and in no encoding", "&".join(odd).encode("latin-1")


def test_no_form_breaks_or_half_saves(world: World) -> None:
    wrong, count = [], 0
    for viewer in insiders(world):
        client = signed_in(viewer)
        before = count_rows()
        for form in forms_of(world, client, viewer.kind):
            count += 1
            for what, body in bodies(form):
                with undone(), kept_cookies(client):
                    answer: Any = client.post(form.target, body, content_type=_FORM_TYPE)
                    has_changed = answer.status_code >= 400 and count_rows() != before
                if complaint := complain(form, what, answer):
                    wrong.append(f"{form.target} with {what}: {complaint}")
                if has_changed:
                    wrong.append(f"{form.target} with {what}: something was saved")
    assert wrong == []
    assert count > FEWEST


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
        shown = {name for again in _Forms(form.page, text).forms for name, _kind, _value in again.controls}
        lost = [
            name
            for number, name in enumerate(form.texts)
            if name in shown and escape(SCRIPT.format(number=number)) not in text.replace("&#34;", "&quot;")
        ]
        if lost:
            return f"lost what was typed into {', '.join(lost)}"
    return ""
