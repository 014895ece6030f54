"""An app and a version as a house tells them, in the form in which they are compared with a ``fondaco.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from fondaco.cli.manifest.content import (
    APP_FIELDS,
    LISTING_FIELDS,
    PLAN_FIELDS,
    TECHNICAL_FIELDS,
    Content,
    Fields,
    Picture,
)

Answer = Mapping[str, Any]

NO_ICON: Final = Picture("", "")
_NOTHING: Final[Fields] = {
    "redirect_urls": [],
    "scopes": [],
    "scope_reasons": {},
    "data_fields": [],
    "categories": [],
    "receives_user_logout": False,
    "is_manually_provisioned": False,
    "are_credentials_claimed": False,
    "id_token_signed_response_alg": "ES256",
}


def content_in(app: Answer | None, version: Answer | None) -> Content:
    """What the house has; without a ``version`` what the first one begins with, without an ``app`` nothing."""
    return Content(
        app={name: app[name] if app else "" for name in APP_FIELDS},
        icon=_icon(app) if app else NO_ICON,
        version_name=version["name"] if version else "",
        technical=_take(TECHNICAL_FIELDS, version["technical"] if version else {}),
        listing=_take(LISTING_FIELDS, version["listing"] if version else {"display_name": app["name"]} if app else {}),
        screenshots=[picture_in(each) for each in version["screenshots"]] if version else [],
        plans={plan["name"]: _take(PLAN_FIELDS, plan) for plan in paid_plans(version)},
    )


def content_of_copy(app: Answer, version: Answer) -> Content:
    """What a new version begins with when it is a copy of ``version``: all but the release notes."""
    return content_in(app, {**version, "technical": {**version["technical"], "release_notes": ""}})


def paid_plans(version: Answer | None) -> list[Answer]:
    """Without the trial, which every version has."""
    return [plan for plan in version["plans"] if plan["type"] == "paid"] if version else []


def picture_in(screenshot: Answer) -> Picture:
    """A screenshot of the house; its address is made of the digest of what is stored."""
    address = screenshot["url"]
    return Picture(address, screenshot["image_digest"], screenshot["alternative_text"], PurePosixPath(address).stem)


def _icon(app: Answer) -> Picture:
    return Picture(app["icon_url"], app["icon_digest"], stored=PurePosixPath(app["icon_url"]).stem)


def _take(names: tuple[str, ...], answer: Answer) -> Fields:
    return {name: answer.get(name, _NOTHING.get(name, "")) for name in names}
