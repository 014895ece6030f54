"""Facts about partners and those who want to become one."""

from fondaco.audit.kinds import declare

APPLICATION_RECEIVED = declare("partner_application.received", "Someone asked to become a partner.")
APPLICATION_VERIFIED = declare("partner_application.verified", "An applicant proved their mail address.")
APPLICATION_QUESTIONED = declare("partner_application.questioned", "The operator asked an applicant a question.")
APPLICATION_ANSWERED = declare("partner_application.answered", "An applicant answered the operator's question.")
APPLICATION_APPROVED = declare("partner_application.approved", "A request to become a partner was approved.")
APPLICATION_REJECTED = declare("partner_application.rejected", "A request to become a partner was rejected.")
PARTNER_CREATED = declare("partner.created", "A partner was created, with its developer account.")
DEVELOPER_GRANT_GIVEN = declare("developer_grant.given", "A developer account was given licences or credit.")
MEMBER_ADDED = declare("member.added", "A person joined a partner.")
MEMBER_ROLE_CHANGED = declare("member.role_changed", "A partner member was given another role.")
MEMBER_REMOVED = declare("member.removed", "A person left a partner.")
