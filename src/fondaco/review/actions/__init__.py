"""Everything that can happen in a review."""

from fondaco.review.actions.checks import run_checks
from fondaco.review.actions.conversation import add_note, ask_partner, write_to_partner, write_to_reviewer
from fondaco.review.actions.decisions import Change, approve, reject
from fondaco.review.actions.reasons import change_reason, keep_reason, remove_reason
from fondaco.review.actions.receiving import take_in
from fondaco.review.actions.samples import pass_sample, report_sample
from fondaco.review.actions.submissions import submit, withdraw
from fondaco.review.actions.taking import give_back, hand_over, snooze, take, wake
from fondaco.review.actions.trusted import approve_if_trusted, trust_partner, withdraw_trust
from fondaco.review.actions.trying import pick_review_account, show_credentials, try_out
from fondaco.review.actions.waivers import grant_waiver, withdraw_waiver

__all__ = [
    "Change",
    "add_note",
    "approve",
    "approve_if_trusted",
    "ask_partner",
    "change_reason",
    "give_back",
    "grant_waiver",
    "hand_over",
    "keep_reason",
    "pass_sample",
    "pick_review_account",
    "reject",
    "remove_reason",
    "report_sample",
    "run_checks",
    "show_credentials",
    "snooze",
    "submit",
    "take",
    "take_in",
    "trust_partner",
    "try_out",
    "wake",
    "withdraw",
    "withdraw_trust",
    "withdraw_waiver",
    "write_to_partner",
    "write_to_reviewer",
]
