"""Finds every page that a person can reach by following links, a few of each address in the tables of addresses."""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from collections.abc import Callable
from typing import Final
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Page
from tests.browser.looking import MOST_QUERIES, count_queries

_LINK: Final = re.compile(r'<a\b[^>]*?\bhref="([^"#]+)')
_USUAL: Final = 1
# Pages that look different in each state: as many as there are states in the demo.
_MANY: Final = {
    "console:installation": 12,
    "portal:version": 5,
    "portal:app": 3,  # the first ones wait for something, and may be installed nowhere
    "portal:installations": 3,
    "portal:events": 3,
    "backoffice:partner": 2,  # one without apps, and one with
    "backoffice:deliveries": 2,
    "backoffice:submission": 3,
    "console:person": 2,
}
# A launch leaves the house, and a preview of a mail has the mail's own styles.
_LEFT_OUT: Final = {"console:launch", "site:inbox_mail_html", "site:media"}


def walk(page: Page, site: str, start: list[str], within: tuple[str, ...], look: Callable[[str, str], None]) -> None:
    """From ``start`` over all links whose path begins with one of ``within``, each page opened once in ``page``.

    Every page must answer with 200 and say how often it asked the database. ``look(route, address)`` is called while
    it is open.
    """
    seen, counted = set[str](), Counter[str]()
    waiting = deque(urljoin(site, path) for path in start)
    while waiting:
        address = waiting.popleft()
        route = name_of(urlsplit(address).path)
        if address in seen or route in _LEFT_OUT or counted[route] >= _MANY.get(route, _USUAL):
            continue
        seen.add(address)
        answer = page.goto(address)
        if answer is not None and count_queries(answer) > MOST_QUERIES:
            answer = page.reload()  # the first look may try a failed app again, and fills what a process remembers
        assert answer is not None
        final = urlsplit(answer.url)
        assert answer.status == 200, f"{address}: {answer.status}"
        assert "server-timing" in answer.headers, f"{address} does not say how often it asked"
        policy = answer.headers.get("referrer-policy")
        assert policy != "no-referrer" or "<form" not in answer.text(), f"{address}: its forms would be refused"
        if final.path != urlsplit(address).path:
            waiting.append(answer.url)
            continue
        counted[route] += 1
        for link in _LINK.findall(answer.text()):
            target = urljoin(answer.url, html.unescape(link))
            if target.startswith(f"{site}/") and urlsplit(target).path.startswith(within):
                waiting.append(target.partition("#")[0])
        look(route, f"{final.path}?{final.query}" if final.query else final.path)


def name_of(path: str) -> str:
    """The route's name, as ``surface:name``."""
    try:
        return resolve(path).view_name
    except Resolver404:
        raise AssertionError(f"a link leads nowhere: {path}") from None
