"""Everything that can happen in a review."""

from fondaco.review.actions.submissions import approve, reject, submit, withdraw
from fondaco.review.actions.trusted import approve_if_trusted, trust_partner, withdraw_trust

__all__ = ["approve", "approve_if_trusted", "reject", "submit", "trust_partner", "withdraw", "withdraw_trust"]
