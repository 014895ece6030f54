"""What reviews are made of."""

from fondaco.review.models.changes import ChangeKind, KeptReason, RequestedChange
from fondaco.review.models.checks import CheckResult, CheckRun, IconPrint, Waiver
from fondaco.review.models.conversation import InternalNote, ReviewMessage, Side
from fondaco.review.models.sample import Sample
from fondaco.review.models.submission import Approval, Submission
from fondaco.review.models.trust import PolicyDecision, Trust

__all__ = [
    "Approval",
    "ChangeKind",
    "CheckResult",
    "CheckRun",
    "IconPrint",
    "InternalNote",
    "KeptReason",
    "PolicyDecision",
    "RequestedChange",
    "ReviewMessage",
    "Sample",
    "Side",
    "Submission",
    "Trust",
    "Waiver",
]
