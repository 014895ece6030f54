"""The checker for untranslated text, on good and bad samples."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.house.untranslated import check, check_template


def lines(template: str) -> list[int]:
    return [problem.line for problem in check_template(template, Path("page.html"))]


@pytest.mark.parametrize(
    "template",
    [
        "<p>Hello</p>",
        "<p>{{ name }} is ready</p>",
        '<p aria-label="Close"></p>',
        '<input placeholder="Find an app">',
        '<img src="x" alt="A cat">',
        '<img alt="{{ name }} icon">',
        '{{ ui.button("Save") }}',
        '{{ ui.button("Save", kind="primary") }}',
        '{{ ui.button(label="Save") }}',
        '{{ ui.tabs([("Overview", "/x", true, none)], _("Tabs")) }}',
        '{{ ui.empty(_("Nothing"), "what would be here") }}',
        '{% call ui.card("This month") %}{% endcall %}',
        '{{ icon("check", "Done") }}',
        '{{ ui.pill("Active" if good else _("Off"), "good") }}',
        "{% if ready %}Ready{% endif %}",
        "{% trans %}Fine{% endtrans %}<b>Bad</b>",
        "&copy; Somebody",
    ],
)
def test_bare_words_are_reported(template: str) -> None:
    assert lines(template) == [1]


@pytest.mark.parametrize(
    "template",
    [
        '<p>{{ _("Hello") }}</p>',
        "<p>{% trans name=x %}Hello {{ name }}{% endtrans %}</p>",
        "{% trans n=n %}One app{% pluralize %}{{ n }} apps{% endtrans %}",
        '<p class="quiet" data-x="Words">{{ count }} · {{ total }} – 12 %</p>',
        "<p aria-label=\"{{ _('Close') }}\"></p>",
        "<script>alert('Hello')</script><style>p { color: red }</style>",
        "<code>app.installed</code><pre>Hello</pre>",
        "{# Hello #}<!-- Hello -->",
        '{{ ui.button(_("Save"), kind="primary", symbol="plus", href=url("portal:app")) }}',
        '{{ ui.card(_("Plan"), class="Wide card") }}',
        '{{ ui.row(name, emblem=ui.app_icon(name, size="small")) }}',
        '{{ ui.button(_("Go"), attrs={"hx-get": "/Somewhere else"}) }}',
        '{{ ui.pill(_("Active"), "good") }}',
        '{{ icon("circle-check", size=14) }}',
        '<a{% if x %} aria-current="page"{% endif %}{{ attrs|xmlattr }}>{{ x }}</a>',
        '{% extends "site/work.html" %}{% block title %}{{ _("Apps") }}{% endblock %}',
    ],
)
def test_translated_and_silent_text_passes(template: str) -> None:
    assert lines(template) == []


def test_the_line_is_the_one_of_the_words() -> None:
    assert lines('{# a\nb #}\n<div\n  class="x">\n  {% if x %}\n  Hello\n  {% endif %}\n</div>') == [6]


def test_a_broken_template_is_a_problem_and_no_crash() -> None:
    problems = list(check_template("<p>\n{% if %}", Path("page.html")))
    assert [problem.line for problem in problems] == [2]


def test_only_pages_are_read_and_samples_are_not(tmp_path: Path) -> None:
    for place in ("jinja2/site/design/a.html", "jinja2/site/b.html", "other/c.html"):
        path = tmp_path / "src" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<p>Hello</p>")
    assert [problem.path for problem in check(tmp_path)] == [Path("src/jinja2/site/b.html")]
