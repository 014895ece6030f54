"""What reviews are made of."""

from fondaco.review.models.checks import CheckResult, CheckRun, IconPrint, Waiver
from fondaco.review.models.submission import Submission

__all__ = ["CheckResult", "CheckRun", "IconPrint", "Submission", "Waiver"]
