"""A browser without a screen: it reads pages, fills in forms by their labels, presses buttons and follows redirects.

Pages of the house come through Django's test client, with CSRF checks on. Any other address is asked over a socket,
so that a sign-in which wanders between two servers is walked as a person's browser walks it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fondaco.accounts.models import Person

Fill = str | bool | SimpleUploadedFile
_VOID = {"input", "meta", "link", "img", "br", "hr", "source"}
_CHOSEN = {"checkbox", "radio"}
_BUTTONS = {"submit", "button", "image", "reset"}


@dataclass
class Control:
    """A field or a button of a form. ``value`` is what it sends, when ``is_sent``."""

    name: str
    kind: str
    value: str
    is_sent: bool
    is_enabled: bool
    id: str = ""
    label: str = ""


@dataclass
class Form:
    """A form as it came, with everything hidden in it."""

    action: str
    method: str
    controls: list[Control] = field(default_factory=list)

    def find_button(self, text: str) -> Control | None:
        return next((c for c in self.controls if c.kind == "button" and c.label == text and c.is_enabled), None)

    def data(self, fills: dict[str, Fill], button: Control | None) -> dict[str, Any]:
        """What the browser sends when ``button`` is pressed after ``fills``, by label or name."""
        files: dict[str, SimpleUploadedFile] = {}
        for key, value in fills.items():
            self._fill(key, value, files)
        sent: dict[str, list[Any]] = {}
        for control in self.controls:
            if control.is_enabled and control.is_sent and control.name and control.kind not in {"button", "file"}:
                sent.setdefault(control.name, []).append(control.value)
        if button is not None and button.name:
            sent.setdefault(button.name, []).append(button.value)
        return {**sent, **files}

    def _fill(self, key: str, value: Fill, files: dict[str, SimpleUploadedFile]) -> None:
        found = [c for c in self.controls if key in (c.label, c.name) and c.kind != "button"]
        assert found, f"no field {key!r}; there are {[c.label or c.name for c in self.controls]}"
        control = found[0]
        assert control.is_enabled, f"{key!r} cannot be changed"
        if isinstance(value, SimpleUploadedFile):
            assert control.kind == "file"
            files[control.name] = value
        elif isinstance(value, bool):
            assert control.kind in _CHOSEN
            if control.kind == "radio":
                for other in (c for c in self.controls if c.name == control.name):
                    other.is_sent = False
            control.is_sent = value
        else:
            control.value, control.is_sent = value, True


@dataclass
class Page:
    """What came back, read: ``text`` is what a person reads, in one line."""

    url: str
    status: int
    html: str
    text: str
    title: str
    forms: list[Form]
    links: list[tuple[str, str]]

    def link(self, text: str) -> str:
        """The address behind the first link that says ``text``."""
        found = next((href for label, href in self.links if label == text), None)
        assert found, f"no link {text!r} on {self.url}; there are {[label for label, _ in self.links]}"
        return urljoin(self.url, found)

    def has_link(self, text: str) -> bool:
        return any(label == text for label, _ in self.links)

    def find_form(self, button: str) -> tuple[Form, Control]:
        """The form with the button that says ``button``."""
        for form in self.forms:
            if found := form.find_button(button):
                return form, found
        labels = [c.label for form in self.forms for c in form.controls if c.kind == "button"]
        raise AssertionError(f"no button {button!r} on {self.url} ({self.status}); there are {labels}: {self.text}")


class Browser:
    """One person's browser. ``trail`` is every address it went to, in order."""

    def __init__(self, site: str) -> None:
        self.site = site
        address = urlsplit(site)
        self._client = Client(
            enforce_csrf_checks=True,
            SERVER_NAME=address.hostname,
            SERVER_PORT=str(address.port),
            REMOTE_ADDR="192.0.2.9",
        )
        self._elsewhere = httpx.Client(follow_redirects=False, trust_env=False)
        self.trail: list[str] = []
        self.page: Page | None = None

    def open(self, address: str, *, expect: int = HTTPStatus.OK) -> Page:
        """Goes to an address, over all redirects."""
        return self._go("GET", urljoin(self.site, address), None, expect)

    def enter_as(self, person: Person) -> None:
        """Signed in without the form, where a story is about something else."""
        self._client.force_login(person)

    def status_of(self, address: str) -> int:
        """The status of an address without following where it leads."""
        return self._ask("GET", urljoin(self.site, address), None)[0]

    def follow(self, text: str, *, expect: int = HTTPStatus.OK) -> Page:
        """Clicks a link of the current page."""
        assert self.page
        return self._go("GET", self.page.link(text), None, expect)

    def press(self, button: str, fills: dict[str, Fill] | None = None, *, expect: int = HTTPStatus.OK) -> Page:
        """Fills in the form around a button of the current page and presses it."""
        assert self.page
        form, found = self.page.find_form(button)
        data = form.data(fills or {}, found)
        return self._go(form.method, urljoin(self.page.url, form.action or self.page.url), data, expect)

    def close(self) -> None:
        self._elsewhere.close()

    def _go(self, method: str, url: str, data: dict[str, Any] | None, expect: int) -> Page:
        for _ in range(12):
            self.trail.append(url)
            status, target, body = self._ask(method, url, data)
            if target is None:
                self.page = read(url, status, body)
                assert status == expect, f"{method} {url}: {status}, {self.page.text}"
                return self.page
            url, method, data = urljoin(url, target), "GET", None
        raise AssertionError(f"redirected without an end: {self.trail[-12:]}")

    def _ask(self, method: str, url: str, data: dict[str, Any] | None) -> tuple[int, str | None, str]:
        if not url.startswith(f"{self.site}/") and url != self.site:
            answer = self._elsewhere.request(method, url, data=data)
            return answer.status_code, answer.headers.get("Location"), answer.text
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Referer": self.page.url} if self.page and self.page.url.startswith(self.site) else {}
        if method.upper() == "POST":
            found = self._client.post(path, data or {}, headers=headers)
        else:
            found = self._client.get(path, data, headers=headers)
        target = found.headers["Location"] if found.status_code in {301, 302, 303} else None
        return found.status_code, target, "" if found.streaming else found.content.decode()


def read(url: str, status: int, html: str) -> Page:
    """Parses a page."""
    reader = _Reader()
    reader.feed(html)
    for control in (control for form in reader.forms for control in form.controls):
        control.label = _line(control.label or reader.labels.get(control.id, "")).removesuffix(" optional")
    links = [(_line(text), href) for text, href in reader.links]
    return Page(url, status, html, _line("".join(reader.text)), _line(reader.title), reader.forms, links)


def _line(text: str) -> str:
    return " ".join(text.split())


class _Reader(HTMLParser):
    """Collects text, links and forms."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.title = ""
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.labels: dict[str, str] = {}
        self._stack: list[str] = []
        self._form: Form | None = None
        self._link: tuple[list[str], str] | None = None
        self._button: Control | None = None
        self._area: Control | None = None
        self._select: Control | None = None
        self._label: tuple[list[str], str, list[Control]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._stack.append(tag)
        if tag == "form":
            self._form = Form(found.get("action", ""), found.get("method", "get").upper())
            self.forms.append(self._form)
        elif tag == "a" and "href" in found:
            self._link = ([found["aria-label"]] if "aria-label" in found else [], found["href"])
        elif tag == "label":
            self._label = ([], found.get("for", ""), [])
        elif tag in {"input", "textarea", "select", "button"} and self._form is not None:
            self._control(tag, found, self._form)
        elif tag == "option" and self._select is not None and ("selected" in found or not self._select.is_sent):
            self._select.value, self._select.is_sent = found.get("value", ""), True
        self.text.append(" ")

    def _control(self, tag: str, found: dict[str, str], form: Form) -> None:
        kind = found.get("type", "text") if tag == "input" else tag
        kind = "button" if kind in _BUTTONS else kind
        is_sent = "checked" in found if kind in _CHOSEN else tag not in {"select", "button"}
        value = found.get("value", "on" if kind in _CHOSEN else "")
        is_enabled = "disabled" not in found and found.get("type") not in ({"button"} if tag == "button" else set())
        control = Control(found.get("name", ""), kind, value, is_sent, is_enabled, found.get("id", ""))
        form.controls.append(control)
        if tag == "button":
            self._button = control
        elif tag == "textarea":
            self._area = control
        elif tag == "select":
            self._select = control
        if self._label is not None and tag != "button":
            self._label[2].append(control)

    def handle_endtag(self, tag: str) -> None:
        while self._stack and self._stack.pop() != tag:
            pass
        if tag == "form":
            self._form = None
        elif tag == "a" and self._link is not None:
            self.links.append(("".join(self._link[0]), self._link[1]))
            self._link = None
        elif tag == "button":
            self._button = None
        elif tag == "textarea" and self._area is not None:
            self._area.value = self._area.value.removeprefix("\n")
            self._area = None
        elif tag == "select":
            self._select = None
        elif tag == "label" and self._label is not None:
            text = "".join(self._label[0])
            if self._label[1]:
                self.labels[self._label[1]] = text
            for control in self._label[2]:
                control.label = text
            self._label = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data
            return
        if self._stack and self._stack[-1] in {"script", "style"}:
            return
        if "title" in self._stack and "svg" not in self._stack:
            self.title += data
            return
        self.text.append(data)
        if self._link is not None:
            self._link[0].append(f"{data} ")
        if self._button is not None:
            self._button.label += f"{data} "
        if self._label is not None:
            self._label[0].append(f"{data} ")
