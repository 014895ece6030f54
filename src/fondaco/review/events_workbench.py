"""Facts about the work on a submission: who does it, when, and what is said."""

from fondaco.audit.kinds import declare

SUBMISSION_TAKEN = declare("submission.taken", "A reviewer took a submission.")
SUBMISSION_HANDED_OVER = declare("submission.handed_over", "A submission was handed over to another reviewer.")
SUBMISSION_GIVEN_BACK = declare("submission.given_back", "A reviewer put a submission back for others to take.")
SUBMISSION_SNOOZED = declare("submission.snoozed", "A submission was put aside for a while, with a reason.")
SUBMISSION_WOKEN = declare("submission.woken", "A submission that was put aside came back into the queue.")
SUBMISSION_OVERDUE = declare("submission.overdue", "A submission was not answered within its target.")
SUBMISSION_AGREED = declare("submission.agreed", "A first reviewer approved; another person has to agree.")
SUBMISSION_QUESTIONED = declare("submission.questioned", "A reviewer asked the partner; the target waits.")
SUBMISSION_ANSWERED = declare("submission.answered", "The partner answered a question; the target goes on.")
SUBMISSION_MESSAGED = declare("submission.messaged", "A message was written about a submission.")
SUBMISSION_UNLOCKED = declare("submission.unlocked", "A reviewer looked at the log-in for testing.")
SUBMISSION_TRIED = declare("submission.tried", "A reviewer installed what is reviewed in the reviewers' account.")

REVIEW_NOTE_WRITTEN = declare("review_note.written", "A reviewer wrote an internal note about a submission.")
REVIEW_ACCOUNT_PICKED = declare("review_account.picked", "The account in which reviewers install apps was picked.")
KEPT_REASON_ADDED = declare("kept_reason.added", "A reason was put into the reviewers' library.")
KEPT_REASON_CHANGED = declare("kept_reason.changed", "A kept reason was changed.")
KEPT_REASON_REMOVED = declare("kept_reason.removed", "A kept reason was removed.")
