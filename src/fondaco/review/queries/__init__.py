"""Reads of the review domain: reviewers see the tracks they work on, partners their own submissions."""

from fondaco.review.queries.checks import (
    count_waivers,
    get_reviewed_app,
    get_reviewed_version,
    get_run,
    get_waiver,
    latest_run,
    list_runs,
    list_waivers,
    report,
    standing_waivers,
)
from fondaco.review.queries.estimates import AnswerTimes, answer_times
from fondaco.review.queries.evidence import list_evidence
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
    "count_waivers",
    "find_open",
    "find_trust",
    "get_reviewed_app",
    "get_reviewed_version",
    "get_run",
    "get_submission",
    "get_waiver",
    "latest_run",
    "list_decided",
    "list_evidence",
    "list_policy_decisions",
    "list_queue",
    "list_runs",
    "list_submissions",
    "list_waivers",
    "place_in_queue",
    "report",
    "review_statistics",
    "standing_waivers",
    "usual_answer_time",
]
