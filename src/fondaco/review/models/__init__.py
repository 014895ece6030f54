"""What reviews are made of."""

from fondaco.review.models.submission import Submission

__all__ = ["Submission"]
