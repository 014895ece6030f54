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
MESSAGES_REPLAYED = declare("messages.replayed", "Events were sent again: by their partner, or by staff, who say why.")
SAMPLE_SENT = declare("sample_event.sent", "A partner sent a test event to a callback address of its own.")
ENDPOINT_FAILING = declare("endpoint.failing", "Events have not arrived at a callback address for a minute or more.")
ENDPOINT_PAUSED = declare("endpoint.paused", "A callback address failed so often that only a probe is sent at times.")
ENDPOINT_GONE = declare("endpoint.gone", "A callback address answered that it is gone (410); nothing is sent to it.")
ENDPOINT_RECOVERED = declare("endpoint.recovered", "A callback address takes events again.")
ENDPOINT_SILENT = declare(
    "endpoint.silent", "For 15 minutes nothing was delivered to a callback address although something was to be."
)
ENDPOINT_RESUMED = declare("endpoint.resumed", "Somebody asked to try a paused or gone callback address at once.")
WEBHOOK_SECRET_CREATED = declare("webhook_secret.created", "A secret that signs an app's events was made.")
WEBHOOK_SECRET_SHOWN = declare("webhook_secret.shown", "Somebody looked at a secret that signs an app's events.")
WEBHOOK_SECRET_ENDED = declare("webhook_secret.ended", "A secret that signed an app's events was ended by hand.")
