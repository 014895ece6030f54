"""Writes of the catalog."""

from fondaco.catalog.actions.apps import change_app, register_app
from fondaco.catalog.actions.content import edit_listing, edit_technical
from fondaco.catalog.actions.ending import deprecate_version
from fondaco.catalog.actions.links import end_install_link, make_install_link
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
from fondaco.catalog.actions.testers import accept_test, decline_test, invite_tester, leave_test, remove_tester
from fondaco.catalog.actions.tracks import (
    approve_track,
    make_available,
    reject_track,
    submit_track,
    withdraw_track,
)
from fondaco.catalog.actions.transfers import (
    accept_transfer,
    confirm_transfer,
    decline_transfer,
    offer_app,
    refuse_transfer,
    withdraw_transfer,
)
from fondaco.catalog.actions.versions import create_version
from fondaco.catalog.actions.withholding import (
    clean_withholding_reason,
    readmit_version,
    withhold_step,
    withhold_version,
)
from fondaco.catalog.drafts import discard_draft, keep_draft, note_presence

__all__ = [
    "accept_test",
    "accept_transfer",
    "add_plan",
    "add_screenshot",
    "approve_track",
    "cancel_publication",
    "change_app",
    "clean_withholding_reason",
    "confirm_transfer",
    "create_version",
    "decline_test",
    "decline_transfer",
    "deprecate_version",
    "describe_screenshot",
    "discard_draft",
    "edit_listing",
    "edit_plan",
    "edit_technical",
    "end_install_link",
    "invite_tester",
    "keep_draft",
    "leave_test",
    "make_available",
    "make_install_link",
    "note_presence",
    "offer_app",
    "order_screenshots",
    "readmit_version",
    "refuse_transfer",
    "register_app",
    "reject_track",
    "relist_version",
    "remove_plan",
    "remove_screenshot",
    "remove_tester",
    "schedule_publication",
    "submit_track",
    "unlist_version",
    "withdraw_track",
    "withdraw_transfer",
    "withhold_step",
    "withhold_version",
]
