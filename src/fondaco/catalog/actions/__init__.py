"""Writes of the catalog."""

from fondaco.catalog.actions.apps import change_app, register_app
from fondaco.catalog.actions.content import edit_listing, edit_technical
from fondaco.catalog.actions.ending import deprecate_version
from fondaco.catalog.actions.offers import add_plan, edit_plan, remove_plan
from fondaco.catalog.actions.pictures import (
    add_screenshot,
    describe_screenshot,
    order_screenshots,
    remove_screenshot,
)
from fondaco.catalog.actions.publication import (
    cancel_publication,
    relist_version,
    schedule_publication,
    unlist_version,
)
from fondaco.catalog.actions.tracks import (
    approve_track,
    make_available,
    reject_track,
    submit_track,
    withdraw_track,
)
from fondaco.catalog.actions.versions import create_version
from fondaco.catalog.drafts import discard_draft, keep_draft, note_presence

__all__ = [
    "add_plan",
    "add_screenshot",
    "approve_track",
    "cancel_publication",
    "change_app",
    "create_version",
    "deprecate_version",
    "describe_screenshot",
    "discard_draft",
    "edit_listing",
    "edit_plan",
    "edit_technical",
    "keep_draft",
    "make_available",
    "note_presence",
    "order_screenshots",
    "register_app",
    "reject_track",
    "relist_version",
    "remove_plan",
    "remove_screenshot",
    "schedule_publication",
    "submit_track",
    "unlist_version",
    "withdraw_track",
]
