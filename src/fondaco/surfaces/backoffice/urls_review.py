"""Addresses of the reviewers' workbench."""

from django.urls import path

from fondaco.surfaces.backoffice.views import review, review_decisions, review_reasons, review_work

_ONE = "submissions/<str:track>/<str:submission_id>"

urlpatterns = [
    path("submissions", review.queues, name="submissions"),
    path("submissions/technical", review.technical_queue, name="technical_reviews"),
    path("submissions/listing", review.listing_queue, name="listing_reviews"),
    path(_ONE, review.show, name="submission"),
    path(f"{_ONE}/approve", review_decisions.approve, name="approve_submission"),
    path(f"{_ONE}/reject", review_decisions.reject, name="reject_submission"),
    path(f"{_ONE}/take", review_work.take, name="take_submission"),
    path(f"{_ONE}/give-back", review_work.give_back, name="give_submission_back"),
    path(f"{_ONE}/hand-over", review_work.hand_over, name="hand_submission_over"),
    path(f"{_ONE}/snooze", review_work.snooze, name="snooze_submission"),
    path(f"{_ONE}/wake", review_work.wake, name="wake_submission"),
    path(f"{_ONE}/message", review_work.message, name="message_partner"),
    path(f"{_ONE}/note", review_work.note, name="note_submission"),
    path(f"{_ONE}/credentials", review_work.credentials, name="submission_credentials"),
    path(f"{_ONE}/try", review_work.try_out, name="try_submission"),
    path("reasons", review_reasons.show_all, name="reasons"),
    path("reasons/<str:reason_id>", review_reasons.show, name="reason"),
    path("reasons/<str:reason_id>/remove", review_reasons.remove, name="remove_reason"),
    path("accounts/<str:account_id>/reviews", review_reasons.pick_account, name="pick_review_account"),
]
