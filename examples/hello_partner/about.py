"""What a listing links to: privacy, terms, help and documentation. Yours will say more."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

PAGES: dict[str, tuple[str, str]] = {
    "privacy": (
        "Privacy",
        "We keep names and addresses of the people who use the app, for as long as it is installed, and nothing else.",
    ),
    "terms": ("Terms of use", "This app is an example. Use it to learn; rely on nothing."),
    "help": ("Help", "Install the app, then open it from My Apps. If a page names a reference, write it to us."),
    "docs": ("Documentation", "There is one page: it greets you by name and lists what the platform told us."),
}


def make_blueprint() -> Blueprint:
    """One page for each topic."""
    blueprint = Blueprint("about", __name__)

    @blueprint.get("/about/<topic>")
    def show(topic: str) -> str:
        if topic not in PAGES:
            abort(404)
        title, text = PAGES[topic]
        return render_template("about.html", title=title, text=text)

    return blueprint
