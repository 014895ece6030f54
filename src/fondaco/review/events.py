"""Facts about reviews. What a decision does to the content is recorded by the catalog."""

from fondaco.audit.kinds import declare

SUBMISSION_OPENED = declare("submission.opened", "Content was put into the review queue.")
SUBMISSION_APPROVED = declare("submission.approved", "A reviewer approved a submission.")
SUBMISSION_REJECTED = declare("submission.rejected", "A reviewer rejected a submission, with feedback.")
SUBMISSION_WITHDRAWN = declare("submission.withdrawn", "A partner took a submission back.")

CHECK_RUN_STARTED = declare("check_run.started", "The checks of a version were started.")
CHECK_RUN_FINISHED = declare("check_run.finished", "The checks of a version are done.")
CHECK_RUN_ABANDONED = declare("check_run.abandoned", "The checks of a version came to no end, or its content changed.")
CHECK_FAILING = declare("check.failing", "A check began to fail on a version that customers use.")
CHECK_MENDED = declare("check.mended", "A check that failed on a version that customers use passes again.")
WAIVER_GRANTED = declare("waiver.granted", "A reviewer waived a check for an app, with a reason and an end.")
WAIVER_WITHDRAWN = declare("waiver.withdrawn", "A reviewer took a waiver back.")
SUBMISSION_SAMPLED = declare(
    "submission.sampled", "A submission that could pass by policy was drawn as a sample for a person."
)
SAMPLE_PASSED = declare("sample.passed", "A person looked at a listing that passed by policy, and found it fine.")
SAMPLE_REPORTED = declare("sample.reported", "A person looked at a listing that passed by policy, and found a problem.")
PARTNER_TRUSTED = declare("partner.trusted", "An operator let a partner's listing changes pass by policy.")
PARTNER_TRUST_WITHDRAWN = declare("partner.trust_withdrawn", "An operator withdrew the trust in a partner.")
