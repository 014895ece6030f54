"""Forms as browsers read them from a page, and the fields that a page says are wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

TEXTS = frozenset({"text", "search", "url", "email", "tel", "textarea"})
_TICKED = frozenset({"checkbox", "radio"})


@dataclass
class Control:
    """A field with a name. ``told_by`` are the ids of what describes it, or the group that it is in."""

    name: str
    kind: str
    value: str
    told_by: frozenset[str]
    is_sent: bool = True


@dataclass
class Form:
    """A form on a page, and where it is sent."""

    page: str
    target: str
    controls: list[Control] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(control.name for control in self.controls)

    @property
    def texts(self) -> list[str]:
        return [control.name for control in self.controls if control.kind in TEXTS]

    def body(self, **texts: str) -> dict[str, list[str]]:
        """As a browser sends it, with other ``texts``."""
        sent: dict[str, list[str]] = {}
        for control in self.controls:
            if control.name in texts:
                sent[control.name] = [texts[control.name]]
            elif control.is_sent:
                sent.setdefault(control.name, []).append(control.value)
        return sent


class Page(HTMLParser):
    """``forms``: those that post. ``errors``: ids of what stands beside a field that is wrong."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__()
        self.address, self.forms, self.errors = address, list[Form](), set[str]()
        self.is_alerted = False
        self._open: Form | None = None
        self._groups: list[frozenset[str]] = []
        self._area: Control | None = None
        self._select: Control | None = None
        self.feed(text)

    def accused(self, target: str) -> set[str]:
        """The fields of the forms sent to ``target`` that an error describes."""
        controls = [control for form in self.forms if form.target == target for control in form.controls]
        return {control.name for control in controls if control.told_by & self.errors}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "error" in given.get("class", "").split() and given.get("id"):
            self.errors.add(given["id"])
        self.is_alerted = self.is_alerted or given.get("role") == "alert"
        if tag == "fieldset":
            self._groups.append(_told_by(given))
        elif tag == "form":
            self._begin(given)
        elif tag == "option" and self._select is not None and (not self._select.is_sent or "selected" in given):
            self._select.value, self._select.is_sent = given.get("value", ""), True
        elif self._open is not None and given.get("name") and "disabled" not in given:
            self._take(tag, given)

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "fieldset" and self._groups:
            self._groups.pop()
        elif tag == "textarea" and self._area is not None:
            self._area.value = self._area.value.removeprefix("\n")
            self._area = None
        elif tag == "select":
            self._select = None

    def _begin(self, given: dict[str, str]) -> None:
        self._open = None
        if given.get("method", "").lower() == "post":
            target = urlsplit(urljoin(f"http://x{self.address}", given.get("action") or self.address))
            self._open = Form(self.address, target.path)
            self.forms.append(self._open)

    def _take(self, tag: str, given: dict[str, str]) -> None:
        kind = {"input": given.get("type", "text"), "textarea": "textarea", "select": "select"}.get(tag)
        if kind is None or kind in {"submit", "button", "image", "reset"} or self._open is None:
            return
        is_sent = "checked" in given if kind in _TICKED else kind not in {"file", "select"}
        value = given.get("value", "on" if kind in _TICKED else "")
        control = Control(given["name"], kind, value, _told_by(given).union(*self._groups), is_sent)
        self._open.controls.append(control)
        self._area = control if kind == "textarea" else self._area
        self._select = control if kind == "select" else self._select


def _told_by(given: dict[str, str]) -> frozenset[str]:
    return frozenset(given.get("aria-describedby", "").split())
