"""Everything that can happen in a review."""

from fondaco.review.actions.checks import run_checks
from fondaco.review.actions.submissions import approve, reject, submit, withdraw
from fondaco.review.actions.waivers import grant_waiver, withdraw_waiver

__all__ = ["approve", "grant_waiver", "reject", "run_checks", "submit", "withdraw", "withdraw_waiver"]
