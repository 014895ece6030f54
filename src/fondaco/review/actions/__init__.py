"""Everything that can happen in a review."""

from fondaco.review.actions.submissions import approve, reject, submit, withdraw

__all__ = ["approve", "reject", "submit", "withdraw"]
