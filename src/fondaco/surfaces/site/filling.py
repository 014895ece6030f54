"""Puts what somebody typed back into the form of a page: the same page, with other values in its controls. Pure.

Pages are ours, so their markup is in order; what it says besides is left as it is, to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

Typed = Mapping[str, list[str]]

_NEVER_FILLED: Final = frozenset({"password", "file", "submit", "button", "image", "reset"})
_TICKED: Final = frozenset({"checkbox", "radio"})


@dataclass(slots=True)
class _Control:
    """A control as it stands in the page, from ``start`` to ``end``; ``inner`` is what a textarea holds."""

    kind: str  # input's type, "textarea", "option" or "button"
    name: str
    value: str
    tag: str
    start: int
    end: int
    inner_end: int = 0


@dataclass(slots=True)
class _Form:
    action: str
    start: int
    controls: list[_Control] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        return {control.name for control in self.controls}

    @property
    def can_be_typed_into(self) -> bool:
        return any(control.kind not in _NEVER_FILLED | {"hidden"} for control in self.controls)


@dataclass(frozen=True, slots=True)
class Filled:
    """The page with the values in it, and what has no place on it any more."""

    text: str
    left_over: list[tuple[str, str]]


def fill(page: str, *, address: str, target: str, typed: Typed) -> Filled | None:
    """The page at ``address`` with ``typed`` in its form that is sent to ``target``; None when it has no such form.

    Of several the one that has most of the names is taken. Hidden values come back only into a form that has all of
    them, since they say from what the typing began.
    """
    reader = _Reader(page)
    fitting = [form for form in reader.forms if _path(urljoin(address, form.action or address)) == target]
    fitting = [form for form in fitting if form.can_be_typed_into]
    if not fitting:
        return None
    best = max(fitting, key=lambda form: len(form.names & set(typed)))
    left_over = [(name, value) for name in typed if name not in best.names for value in typed[name] if value.strip()]
    edits = list(_edits(best, typed, is_whole=not set(typed) - best.names))
    return Filled(_edited(page, edits), left_over)


def _path(address: str) -> str:
    return urlsplit(address).path


def _edits(form: _Form, typed: Typed, *, is_whole: bool) -> Iterator[tuple[int, int, str]]:
    rest = {name: iter(values) for name, values in typed.items()}
    for control in form.controls:
        name, kind = control.name, control.kind
        if not name or kind in _NEVER_FILLED or (kind == "hidden" and not is_whole):
            continue
        if kind in _TICKED:
            yield control.start, control.end, _ticked(control.tag, "checked", control.value in typed.get(name, []))
        elif kind == "option" and name in typed:
            yield control.start, control.end, _ticked(control.tag, "selected", control.value in typed[name])
        elif name in typed and (value := next(rest[name], None)) is not None:
            if kind == "textarea":
                yield control.end, control.inner_end, f"\n{escape(value)}"
            else:
                yield control.start, control.end, _with_value(control.tag, value)


def _edited(page: str, edits: list[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for start, end, text in sorted(edits):
        parts += [page[at:start], text]
        at = end
    return "".join([*parts, page[at:]])


_VALUE: Final = re.compile(r"""\s+value\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", re.I)


def _with_value(tag: str, value: str) -> str:
    bare = _VALUE.sub("", tag, count=1)
    return f'{bare[:6]} value="{escape(value)}"{bare[6:]}'  # behind “<input”


def _ticked(tag: str, word: str, is_ticked: bool) -> str:
    bare = re.sub(rf"""\s+{word}(\s*=\s*("[^"]*"|'[^']*'|[^\s>]+))?(?=[\s/>])""", "", tag, count=1, flags=re.I)
    name_end = re.match(r"<\w+", bare).end()  # type: ignore[union-attr]  # it is a tag
    return f"{bare[:name_end]} {word}{bare[name_end:]}" if is_ticked else bare


class _Reader(HTMLParser):
    """Where the forms of a page and their controls stand."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[_Form] = []
        self._open: _Form | None = None
        self._area: _Control | None = None
        self._select = ""
        self._lines = [0]
        for line in page.split("\n")[:-1]:
            self._lines.append(self._lines[-1] + len(line) + 1)
        self.feed(page)
        self.close()

    @property
    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = _Form(given.get("action", ""), self._at)
            if given.get("method", "").lower() == "post":
                self.forms.append(self._open)
        elif self._open is not None:
            self._take(tag, given)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._area is not None:
            self._area.inner_end = self._at
            self._area = None

    def _take(self, tag: str, given: dict[str, str]) -> None:
        if tag == "select":
            self._select = given.get("name", "")
            return
        kinds = {"input": given.get("type", "text").lower(), "textarea": "textarea", "option": "option"}
        kind = kinds.get(tag, "button" if tag == "button" else "")
        if not kind or self._open is None:
            return
        name = self._select if tag == "option" else given.get("name", "")
        default = "on" if kind in _TICKED else ""
        text = self.get_starttag_text() or ""
        control = _Control(kind, name, given.get("value", default), text, self._at, self._at + len(text))
        self._open.controls.append(control)
        if tag == "textarea":
            control.inner_end, self._area = control.end, control
