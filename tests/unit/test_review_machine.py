"""Every cell of a submission's table."""

from __future__ import annotations

from itertools import product

import pytest

from fondaco.review.states import SUBMISSION, SubmissionStatus


@pytest.mark.parametrize(("current", "to"), list(product(SubmissionStatus, repeat=2)))
def test_submission_table(current: SubmissionStatus, to: SubmissionStatus) -> None:
    assert SUBMISSION.allows(current, to) is (current == "open" and to != "open")
