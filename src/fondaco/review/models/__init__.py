"""What reviews are made of."""

from fondaco.review.models.checks import CheckResult, CheckRun, IconPrint, Waiver
from fondaco.review.models.submission import Submission
from fondaco.review.models.trust import PolicyDecision, Trust

__all__ = ["CheckResult", "CheckRun", "IconPrint", "PolicyDecision", "Submission", "Trust", "Waiver"]
