"""What is looked at on every page: faults of accessibility, things wider than the screen, complaints of the browser,
and how often it asked the database, which the house says in development."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Response

SCREENSHOTS: Final = Path(__file__).resolve().parents[2] / "artefacts" / "screenshots"
KEEPS_PICTURES: Final = bool(os.environ.get("FONDACO_PICTURES"))  # `make pictures`; each costs a fifth of a second
WIDTHS: Final = (390, 768, 1440)
HEIGHT: Final = 900
_AXE: Final = Axe()
# Fetches no files, because none of these rules reads any, and names no nodes unless there is one to tell of.
_QUICKLY: Final = {"resultTypes": ["violations"], "preload": False, "selectors": False}
_ALL_RULES: Final = {
    **_QUICKLY,
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
}
# What another theme or width can break. Names, roles, labels and structure stay what they are.
_RULES_OF_LOOKS: Final = {
    **_QUICKLY,
    "runOnly": {
        "type": "rule",
        "values": ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"],
    },
}
_MARKS: Final = Path(__file__).with_name("novelty.js").read_text()
# Leaves out the elements with these numbers, and what is in them.
_RUN: Final = """async ([known, rules]) => {
  const all = document.body.querySelectorAll('*');
  known.forEach(number => all[number].setAttribute('data-known', ''));
  const result = await axe.run({include: [['html']], exclude: [['[data-known]']]}, rules);
  known.forEach(number => all[number].removeAttribute('data-known'));
  return result.violations;
}"""

# A page that is refused (422, 409) is an answer like any other, and axe itself is kept out of a sandboxed preview.
_OF_THE_BROWSER: Final = re.compile("Failed to load resource|^Blocked script execution in .* frame is sandboxed")
MOST_QUERIES: Final = 12  # of a page (DESIGN 11)
_MAKES_A_WORLD: Final = re.compile(r"/mails/")  # to show its letters, and takes it back
_QUERIES: Final = re.compile(r'db;dur=[\d.]+;desc="(\d+) queries"')

_known: dict[bool, set[str]] = {False: set(), True: set()}  # marks of what all rules, or those of looks, passed


@dataclass
class Complaints:
    """What the browser complained of: errors in the console (a blocked file is one) and failed answers; and pages that
    asked the database too often, also when they were asked again."""

    said: list[str] = field(default_factory=list)
    _queries: dict[str, int] = field(default_factory=dict)  # the fewest of each page

    def all(self) -> list[str]:
        """Everything, one line each."""
        too_many = {url: count for url, count in self._queries.items() if count > MOST_QUERIES}
        return [*self.said, *(f"{url}: asked {count} times" for url, count in too_many.items())]

    def watch(self, page: Page) -> None:
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.said.append(f"{page.url}: {error}"))
        page.on("response", self._note_response)

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _OF_THE_BROWSER.search(message.text):
            self.said.append(f"{message.location.get('url')}: {message.text}")

    def _note_response(self, response: Response) -> None:
        is_refusal = response.request.is_navigation_request() and response.status in {409, 422}
        if response.status >= 400 and not is_refusal:
            self.said.append(f"{response.url}: {response.status}")
        if response.status == 200 and response.request.method == "GET":
            count = count_queries(response)
            self._queries[response.url] = min(count, self._queries.get(response.url, count))


def count_queries(response: Response) -> int:
    """How often the house asked its database for a page; 0 where that is not counted."""
    said = response.headers.get("server-timing")
    if not said or _MAKES_A_WORLD.search(response.url):
        return 0
    found = _QUERIES.match(said)
    assert found is not None, f"{response.url} says {said}"
    return int(found.group(1))


def find_faults(page: Page, *, in_looks_only: bool = False) -> list[str]:
    """What axe finds wrong, one line each; ``in_looks_only``: on a page that it has seen in another theme and size.

    What was found in order before, made alike and lying alike in the same theme and size, is left out: a header is on
    every page, and a list has twenty rows.
    """
    if not page.evaluate("'axe' in window"):
        page.add_init_script(_AXE.axe_script)  # who is looked at once is looked at again, and this is half as dear
        page.evaluate(_AXE.axe_script)
    rules = _RULES_OF_LOOKS if in_looks_only else _ALL_RULES
    marks, known = page.evaluate(_MARKS), _known[in_looks_only]
    numbers = _find_again(marks, known)
    found: list[dict[str, Any]] = page.evaluate(_RUN, [numbers, rules])
    if found:
        found = page.evaluate(_RUN, [numbers, {**rules, "selectors": True}])
    else:
        known.update(mark for mark, _inside in marks)
    return [f"{fault['id']}: {node['target']} {_why(node)}" for fault in found for node in fault["nodes"]]


def _find_again(marks: list[tuple[str, int]], known: set[str]) -> list[int]:
    """The numbers of elements that are known, or like an earlier one of the page; not of what is in them."""
    numbers, here, after = list[int](), set[str](), 0
    for number, (mark, inside) in enumerate(marks):
        if number < after:
            continue
        if mark in known or mark in here:
            numbers.append(number)
            after = number + 1 + inside
        here.add(mark)
    return numbers


def find_overflow(page: Page) -> list[str]:
    """The elements that make the page wider than the screen."""
    found: list[str] = page.evaluate(
        """() => {
          const wide = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= wide) return [];
          return [...document.body.querySelectorAll('*')]
            .filter(e => e.getBoundingClientRect().right > wide + 1)
            .slice(0, 5)
            .map(e => e.tagName.toLowerCase() + '.' + e.className + ' "' + e.textContent.trim().slice(0, 40) + '"');
        }"""
    )
    return found


def resize(page: Page, width: int, theme: str) -> None:
    """Another screen, with the same page on it."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")


def keep_picture(page: Page, name: str, theme: str = "light", width: int = 1440, *, always: bool = False) -> None:
    """When pictures are wanted, or ``always``: one of the whole page under artefacts/screenshots, with everything that
    loads late."""
    if not KEEPS_PICTURES and not always:
        return
    page.evaluate(
        "Promise.all([...document.images].map(i => { i.loading = 'eager'; return i.decode().catch(() => {}); }))"
    )
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}-{theme}-{width}.png", full_page=True, animations="disabled")


def _why(node: dict[str, Any]) -> str:
    return "; ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])[:160]
