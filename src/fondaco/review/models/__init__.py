"""What reviews are made of."""

from fondaco.review.models.changes import ChangeKind, KeptReason, RequestedChange
from fondaco.review.models.conversation import InternalNote, ReviewMessage, Side
from fondaco.review.models.submission import Approval, Submission

__all__ = [
    "Approval",
    "ChangeKind",
    "InternalNote",
    "KeptReason",
    "RequestedChange",
    "ReviewMessage",
    "Side",
    "Submission",
]
