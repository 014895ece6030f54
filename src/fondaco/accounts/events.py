"""Facts about accounts and the people in them."""

from fondaco.audit.kinds import declare

ACCOUNT_CREATED = declare("account.created", "An account was created.")
USER_ADDED = declare("user.added", "A person joined an account.")
USER_ROLE_CHANGED = declare("user.role_changed", "A user was given another role.")
USER_DEACTIVATED = declare("user.deactivated", "A user can no longer sign in to the account.")
USER_REACTIVATED = declare("user.reactivated", "A deactivated user may sign in to the account again.")
ROLE_CREATED = declare("role.created", "A role was added to an account.")
ROLE_EDITED = declare("role.edited", "A role was given another name or other permissions.")
ROLE_DELETED = declare("role.deleted", "A role that nobody had was removed.")
OPERATOR_APPOINTED = declare("operator.appointed", "A person became staff of the platform.")
OPERATOR_ROLES_CHANGED = declare("operator.roles_changed", "A member of staff was given other responsibilities.")
OPERATOR_DEACTIVATED = declare("operator.deactivated", "A person is no longer staff of the platform.")
INVITATION_SENT = declare("invitation.sent", "Someone was invited by mail.")
INVITATION_ACCEPTED = declare("invitation.accepted", "An invitation was accepted.")
INVITATION_WITHDRAWN = declare("invitation.withdrawn", "An invitation was taken back.")
INVITATION_EXPIRED = declare("invitation.expired", "An invitation was not answered in time.")
PERSON_RENAMED = declare("person.renamed", "A person changed how others see their name.")
EMAIL_CHANGE_REQUESTED = declare(
    "person.email_change_requested", "A person wants another address; it is asked whether it is theirs."
)
EMAIL_CHANGE_WITHDRAWN = declare("person.email_change_withdrawn", "A person keeps the address that they have.")
EMAIL_PROVEN = declare("person.email_proven", "A person proved the address that they have.")
EMAIL_CHANGED = declare("person.email_changed", "A person proved another address and signs in with it from now on.")
