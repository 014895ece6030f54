"""Facts about reviews. What a decision does to the content is recorded by the catalog."""

from fondaco.audit.kinds import declare

SUBMISSION_OPENED = declare("submission.opened", "Content was put into the review queue.")
SUBMISSION_APPROVED = declare("submission.approved", "A reviewer approved a submission.")
SUBMISSION_REJECTED = declare("submission.rejected", "A reviewer rejected a submission, with feedback.")
SUBMISSION_WITHDRAWN = declare("submission.withdrawn", "A partner took a submission back.")
SUBMISSION_SAMPLED = declare(
    "submission.sampled", "A submission could have passed by policy and was drawn as a sample for a person."
)
PARTNER_TRUSTED = declare("partner.trusted", "An operator let a partner's listing changes pass by policy.")
PARTNER_TRUST_WITHDRAWN = declare("partner.trust_withdrawn", "An operator withdrew the trust in a partner.")
