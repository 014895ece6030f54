"""Facts about what was sent to partners."""

from fondaco.audit.kinds import declare

MESSAGE_QUEUED = declare("message.queued", "An event for a partner was written and waits for delivery.")
DELIVERY_DELIVERED = declare("delivery.delivered", "A partner's program received an event.")
DELIVERY_FAILED = declare("delivery.failed", "All tries to deliver an event failed.")
DELIVERY_RETRIED = declare("delivery.retried", "A delivery was started again: it had failed, or was asked for.")
CREDENTIALS_CLAIMED = declare("credentials.claimed", "A partner fetched credentials from the link in an event.")
SIGNING_KEY_CREATED = declare("signing_key.created", "A key that signs events for partners came into use.")
LOGOUT_TOKEN_DELIVERED = declare("logout_token.delivered", "An app accepted an OpenID logout token.")
LOGOUT_TOKEN_FAILED = declare("logout_token.failed", "An app could not be told by a logout token that a user left.")
MESSAGES_REPLAYED = declare("messages.replayed", "A partner had events sent again.")
SAMPLE_SENT = declare("sample_event.sent", "A partner sent a test event to a callback address of its own.")
