"""What a listing links to: privacy, terms, help and documentation. Yours will say more."""

from __future__ import annotations

PAGES: dict[str, tuple[str, str]] = {
    "privacy": (
        "Privacy",
        "We keep names and addresses of the people who use the app, for as long as it is installed, and nothing else.",
    ),
    "terms": ("Terms of use", "This app is an example. Use it to learn; rely on nothing."),
    "help": (
        "Help",
        "Install the app, then open it from My Apps. If a page names a reference, tell us when you write.",
    ),
    "docs": ("Documentation", "There is one page: it greets you by name and lists what the platform told us."),
}
