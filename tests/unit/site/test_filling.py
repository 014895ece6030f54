"""What was typed is put back into a form of a page, and nothing else of the page changes."""

from __future__ import annotations

import pytest

from fondaco.surfaces.site.filling import Filled, fill

PAGE = """<main><form method="get"><input name="q" value="x"></form>
<form class="form" method="post" action="/portal/x">
  <input type="hidden" name="csrfmiddlewaretoken" value="new"><input type="hidden" name="revision" value="7">
  <input name="name" value="Old &amp; saved" required> <input type="password" name="passphrase">
  <input type="file" name="icon"><input type="number" name="count" value='3'/>
  <textarea name="text" rows="4">
saved &lt;b&gt;</textarea>
  <input type="checkbox" name="scopes" value="a" checked><input type="checkbox" name="scopes" value="b">
  <input type="radio" name="kind" value="x" checked="checked"><input type="radio" name="kind" value="y">
  <select name="shelf"><option value="1" selected>One</option><option value="2">Two</option></select>
  <input type="checkbox" name="agreed" checked>
  <button name="look" value="1">Preview</button>
</form></main>"""
TYPED = {
    "revision": ["3"],
    "name": ['"><script>alert(1)</script>'],
    "count": ["9"],
    "text": ["line one\nline <two>"],
    "scopes": ["b"],
    "kind": ["y"],
    "shelf": ["2"],
}


def filled(**changes: list[str]) -> Filled:
    found = fill(PAGE, address="/portal/y?tab=1", target="/portal/x", typed={**TYPED, **changes})
    assert found is not None
    return found


def test_every_kind_of_control_gets_its_value() -> None:
    text = filled().text
    assert '<input value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" name="name" required>' in text
    assert '<input value="9" type="number" name="count"/>' in text
    assert '<textarea name="text" rows="4">\nline one\nline &lt;two&gt;</textarea>' in text
    assert '<input type="checkbox" name="scopes" value="a"><input checked type="checkbox" name="scopes"' in text
    assert '<input type="radio" name="kind" value="x"><input checked type="radio" name="kind" value="y">' in text
    assert '<option value="1">One</option><option selected value="2">Two</option>' in text
    assert '<input type="checkbox" name="agreed">' in text
    assert '<input value="3" type="hidden" name="revision">' in text


def test_the_rest_of_the_page_stays_to_the_letter() -> None:
    found = fill(PAGE, address="/portal/x", target="/portal/x", typed={"name": ["Old & saved"], "agreed": ["on"]})
    assert found is not None
    assert found.text.startswith(PAGE[: PAGE.index('<input name="name"')])
    assert 'type="password" name="passphrase">' in found.text
    assert '<input name="q" value="x">' in found.text


def test_secrets_and_tokens_are_never_filled() -> None:
    text = filled(passphrase=["hidden"], icon=["path"], look=["2"]).text
    assert "hidden" not in text.replace('type="hidden"', "")
    assert 'value="new"' in text
    assert 'value="path"' not in text
    assert '<button name="look" value="1">' in text


def test_hidden_values_come_back_only_into_the_very_form() -> None:
    found = filled(gone=["typed with care"], empty=[" "])
    assert found.left_over == [("gone", "typed with care")]
    assert 'name="revision" value="7"' in found.text


@pytest.mark.parametrize("page", ["", "<main>", PAGE.replace("post", "get"), '<form method="post" action="/portal/x">'])
def test_without_the_form_there_is_nothing_to_fill(page: str) -> None:
    assert fill(page, address="/portal/y", target="/portal/x", typed=TYPED) is None


def test_the_form_without_an_address_is_that_of_its_page() -> None:
    page = '<form method="post"><input type="text" name="name"></form>'
    found = fill(page, address="/portal/x?tab=1", target="/portal/x", typed={"name": ["A"]})
    assert found is not None
    assert found.text == '<form method="post"><input value="A" type="text" name="name"></form>'
