"""Every text that a reader sees goes through gettext, from the first page on."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, nodes

from tools.house import sources
from tools.house.problem import Problem

_WHY = 'readers of other languages would see English — wrap it: {{ _("…") }} or {% trans %}…{% endtrans %}'
_SILENT = {"script", "style", "code", "pre", "kbd"}  # what they hold is not prose
_SPOKEN = {"aria-label", "placeholder", "title", "alt", "label", "aria-description", "aria-roledescription"}
_NOT_PROSE = {"class", "class_", "attrs", "name", "value", "id", "href", "symbol", "tone", "kind", "dialog", "size"}
_SAMPLES = ("site", "design")  # the living page of components, shown only in development
_FILLED = "\x01"  # stands for what an expression will write


def check(root: Path) -> list[Problem]:
    """Bare words between tags, in attributes that are read aloud, and in arguments of components."""
    return sorted(
        {
            problem
            for path in sources.find_files(root, suffixes=(".html",), folders=("src",))
            if "jinja2" in path.parts and path.parts[-3:-1] != _SAMPLES
            for problem in check_template(path.read_text(encoding="utf-8"), path.relative_to(root))
        }
    )


def check_template(text: str, path: Path) -> Iterator[Problem]:
    """The problems of one template."""
    env = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"])
    try:
        tree = env.parse(text)
        page = _Page()
        page.feed(_without_jinja(env, text))
        page.close()
    except TemplateSyntaxError as error:
        yield Problem(path, error.lineno, f"the template cannot be read: {error.message}")
        return
    for line, words in [*page.found, *_arguments(tree)]:
        yield Problem(path, line, f"untranslated text {words!r} — {_WHY}")


def _without_jinja(env: Environment, text: str) -> str:
    """The template's HTML with the same lines, expressions as one sign each, and nothing inside ``trans`` blocks."""
    out: list[str] = []
    words: list[str] = []
    is_translated = False
    for _line, kind, value in env.lex(text):
        breaks = "\n" * value.count("\n")
        if kind == "data":
            out.append(breaks if is_translated else value)
        elif kind == "block_begin":
            words = []
            out.append(breaks + " ")
        elif kind == "block_end":
            is_translated = words[:1] == ["trans"] or (is_translated and words[:1] != ["endtrans"])
            out.append(breaks)
        elif kind == "variable_begin":
            out.append(_FILLED + breaks)
        else:
            words += [value] if kind == "name" else []
            out.append(breaks)
    return "".join(out)


class _Page(HTMLParser):
    """Collects ``(line, words)`` of bare text and of literal spoken attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        for name, value in attrs:
            if name in _SPOKEN:
                self._note(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT and self._silent > 0

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._note(data)

    def _note(self, text: str) -> None:
        for offset, line in enumerate(text.split("\n")):
            words = line.replace(_FILLED, "…").strip()
            if any(sign.isalpha() for sign in words):
                self.found.append((self.getpos()[0] + offset, words[:60]))


def _arguments(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Literal prose that is handed to a component (``ui.…``) or as an icon's label."""
    for call in tree.find_all(nodes.Call):
        if (
            isinstance(call.node, nodes.Getattr)
            and isinstance(call.node.node, nodes.Name)
            and call.node.node.name == "ui"
        ):
            given = [*call.args, *(argument.value for argument in call.kwargs if argument.key not in _NOT_PROSE)]
        elif isinstance(call.node, nodes.Name) and call.node.name == "icon":
            given = [*call.args[1:], *(argument.value for argument in call.kwargs if argument.key == "label")]
        else:
            continue
        for node in given:
            yield from _prose(node)


def _prose(node: nodes.Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, nodes.Call | nodes.Filter | nodes.Test | nodes.Compare | nodes.Getitem):
        return  # a call answers for its own words; the others hold names and keys
    if isinstance(node, nodes.Const):
        if isinstance(node.value, str) and _is_prose(node.value):
            yield node.lineno, node.value[:60]
        return
    for child in node.iter_child_nodes():
        yield from _prose(child)


def _is_prose(text: str) -> bool:
    """A capital at the beginning, or several words: names of icons, tones and addresses have neither."""
    words = text.split()
    return bool(words) and (words[0][0].isupper() or sum(word.isalpha() for word in words) > 1)
