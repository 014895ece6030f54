"""What reviews are made of."""

from fondaco.review.models.submission import Submission
from fondaco.review.models.trust import PolicyDecision, Trust

__all__ = ["PolicyDecision", "Submission", "Trust"]
