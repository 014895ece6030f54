"""Facts about reviews. What a decision does to the content is recorded by the catalog."""

from fondaco.audit.kinds import declare

SUBMISSION_OPENED = declare("submission.opened", "Content was put into the review queue.")
SUBMISSION_APPROVED = declare("submission.approved", "A reviewer approved a submission.")
SUBMISSION_REJECTED = declare("submission.rejected", "A reviewer rejected a submission, with feedback.")
SUBMISSION_WITHDRAWN = declare("submission.withdrawn", "A partner took a submission back.")
