"""Reads mail as people do on a machine in development: in /inbox."""

from __future__ import annotations

import re

from playwright.sync_api import Page

_ARRIVED = """async ([subject, address]) => {
  const page = new DOMParser().parseFromString(await (await fetch('/inbox')).text(), 'text/html');
  return [...page.querySelectorAll('.row')].some(
    row => row.textContent.includes(subject) && row.textContent.includes(address));
}"""


def open_mail(page: Page, subject: str, address: str) -> None:
    """Waits for the mail with this subject to this address, and opens it."""
    page.goto("/inbox")
    page.wait_for_function(_ARRIVED, arg=[subject, address], polling=400)
    page.reload()
    row = page.locator(".row", has_text=subject).filter(has_text=address).first
    row.get_by_role("link").first.click()
    page.get_by_role("heading", level=1, name=subject).wait_for()


def follow_mail(page: Page, subject: str, address: str) -> None:
    """Opens the mail and presses its button, which opens the house in the whole window."""
    open_mail(page, subject, address)
    page.frame_locator(".mail-frame").locator("a.button").click()
    page.wait_for_url(re.compile(r"^(?!.*/inbox)"))
