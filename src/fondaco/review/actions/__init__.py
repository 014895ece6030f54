"""Everything that can happen in a review."""

from fondaco.review.actions.checks import run_checks
from fondaco.review.actions.submissions import approve, reject, submit, withdraw
from fondaco.review.actions.trusted import approve_if_trusted, trust_partner, withdraw_trust
from fondaco.review.actions.waivers import grant_waiver, withdraw_waiver

__all__ = [
    "approve",
    "approve_if_trusted",
    "grant_waiver",
    "reject",
    "run_checks",
    "submit",
    "trust_partner",
    "withdraw",
    "withdraw_trust",
    "withdraw_waiver",
]
