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
from fondaco.review.queries.projects import count_own_projects, list_own_projects
from fondaco.review.queries.queue import (
    Order,
    QueueFilter,
    Shown,
    count_waiting,
    list_decided,
    list_queue,
)
from fondaco.review.queries.reasons import get_reason, list_reasons
from fondaco.review.queries.samples import SampleDesk, get_sample, get_sample_desk, list_samples
from fondaco.review.queries.statistics import TrackStatistics, review_statistics
from fondaco.review.queries.submissions import (
    find_open,
    get_own_submission,
    get_submission,
    list_submissions,
    place_in_queue,
    usual_answer_time,
)
from fondaco.review.queries.trial import find_review_account
from fondaco.review.queries.trust import find_trust, list_policy_decisions
from fondaco.review.queries.workbench import Desk, get_desk

__all__ = [
    "AnswerTimes",
    "Desk",
    "Order",
    "QueueFilter",
    "SampleDesk",
    "Shown",
    "TrackStatistics",
    "answer_times",
    "count_own_projects",
    "count_waiting",
    "count_waivers",
    "find_open",
    "find_review_account",
    "find_trust",
    "get_desk",
    "get_own_submission",
    "get_reason",
    "get_reviewed_app",
    "get_reviewed_version",
    "get_run",
    "get_sample",
    "get_sample_desk",
    "get_submission",
    "get_waiver",
    "latest_run",
    "list_decided",
    "list_evidence",
    "list_own_projects",
    "list_policy_decisions",
    "list_queue",
    "list_reasons",
    "list_runs",
    "list_samples",
    "list_submissions",
    "list_waivers",
    "place_in_queue",
    "report",
    "review_statistics",
    "standing_waivers",
    "usual_answer_time",
]
