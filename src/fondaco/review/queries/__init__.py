"""Reads of the review domain: reviewers see the tracks they work on, partners their own submissions."""

from fondaco.review.queries.estimates import AnswerTimes, answer_times
from fondaco.review.queries.statistics import TrackStatistics, review_statistics
from fondaco.review.queries.submissions import (
    count_queues,
    find_open,
    get_submission,
    list_decided,
    list_queue,
    list_submissions,
    place_in_queue,
    usual_answer_time,
)
from fondaco.review.queries.trust import find_trust, list_policy_decisions

__all__ = [
    "AnswerTimes",
    "TrackStatistics",
    "answer_times",
    "count_queues",
    "find_open",
    "find_trust",
    "get_submission",
    "list_decided",
    "list_policy_decisions",
    "list_queue",
    "list_submissions",
    "place_in_queue",
    "review_statistics",
    "usual_answer_time",
]
