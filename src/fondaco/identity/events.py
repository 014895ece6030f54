"""Facts about programs, their credentials and tokens."""

from fondaco.audit.kinds import declare

CLIENT_CREATED = declare("client.created", "An OAuth client was created.")
CLIENT_LOGOUT_URL_CHANGED = declare(
    "client.logout_url_changed", "The address to which an OAuth client's logout tokens go was changed."
)
CLIENT_ID_TOKEN_ALGORITHM_CHANGED = declare(
    "client.id_token_algorithm_changed", "An OAuth client's ID and logout tokens are signed by another algorithm."
)
CLIENT_REGRANTED = declare(
    "client.regranted", "An installation's program was given the scopes and addresses of another version."
)
CLIENT_SUSPENDED = declare("client.suspended", "An OAuth client may no longer sign users in.")
CLIENT_RESUMED = declare("client.resumed", "A suspended OAuth client works again.")
CLIENT_REVOKED = declare("client.revoked", "An OAuth client and all its tokens died.")
CLIENT_EDITED = declare("client.edited", "An OAuth client made in the portal was changed.")
CLIENT_REGENERATED = declare("client.regenerated", "A portal client got a new ID and secret; the old ones are ending.")
CLIENT_KEY_PAIR_CREATED = declare("client.key_pair_created", "A portal client got a new key pair; an old one died.")
OPERATOR_CLIENT_ADMITTED = declare(
    "client.admitted", "An API of the platform's own may ask about the tokens of every account."
)
CREDENTIALS_ISSUED = declare("credentials.issued", "A client was given a credential set.")
CREDENTIALS_ROTATED = declare("credentials.rotated", "A client's credential set was replaced.")
CREDENTIALS_ACKNOWLEDGED = declare(
    "credentials.acknowledged", "A partner confirmed a new credential set; the old one died."
)
CREDENTIALS_REVOKED = declare("credentials.revoked", "A credential set stopped working.")
PERSONAL_TOKEN_CREATED = declare("personal_token.created", "A person made an access token for a program of theirs.")
PERSONAL_TOKEN_REVOKED = declare("personal_token.revoked", "A personal access token was revoked.")
PERSONAL_TOKEN_ENDED = declare(
    "personal_token.ended", "An operator ended a personal access token, and what was made with it died."
)
PERSONAL_TOKEN_EXPIRING = declare("personal_token.expiring", "A personal access token has a week left.")
DEVICE_ASKED = declare("device.asked", "A command line asked to act for whoever types its code.")
DEVICE_APPROVED = declare("device.approved", "A person let a command line act for them.")
DEVICE_DENIED = declare("device.denied", "A person refused a command line that asked to act for them.")
SIGNED_IN = declare("login_session.started", "A person signed in to the platform.")
SIGNED_OUT = declare("login_session.ended", "A person's session on the platform ended.")
USER_SIGNED_OUT = declare(
    "user.signed_out", "A user was signed out of the apps of one account and stays signed in to the platform."
)
SIGN_IN_PAUSED = declare(
    "sign_in.paused", "Someone failed to prove that they are this person too often, and has to wait before each try."
)
PASSWORD_CHANGED = declare("person.password_changed", "A person set a new password; their other sessions ended.")
FACTOR_ADDED = declare("second_factor.added", "A person can prove themselves by one more thing that they hold.")
FACTOR_REMOVED = declare("second_factor.removed", "A person took one of their second factors away.")
FACTOR_RENAMED = declare("second_factor.renamed", "A person gave a passkey another name.")
RECOVERY_CODES_MADE = declare("recovery_codes.made", "A person got new recovery codes; older ones died.")
RECOVERY_CODE_USED = declare("recovery_codes.used", "A person signed in with one of their recovery codes.")
PROVIDER_SAVED = declare("identity_provider.saved", "An account's own sign-in was set up or changed.")
PROVIDER_ENABLED = declare("identity_provider.enabled", "An account's people may sign in through its own provider.")
PROVIDER_DISABLED = declare("identity_provider.disabled", "Sign-in through an account's own provider was switched off.")
PROVIDER_REMOVED = declare("identity_provider.removed", "An account's own sign-in was removed.")
FEDERATION_LINKED = declare("federated_identity.linked", "A company's login was connected with a person here.")
FEDERATION_REFUSED = declare("federated_sign_in.refused", "A sign-in through an account's own provider failed.")
FEDERATION_ROLE_KEPT = declare(
    "federated_sign_in.role_kept", "A provider would have taken the role of the last administrator; they keep it."
)
CODE_REUSED = declare("authorization_code.reused", "A spent code was shown again; the tokens that came from it died.")
ACCESS_TOKEN_REVOKED = declare("access_token.revoked", "An access token was ended before its time.")
REFRESH_REVOKED = declare(
    "refresh_token.revoked", "A program gave a refresh token back; everything from that sign-in died."
)
REFRESH_ENDED = declare("refresh_token.ended", "An operator ended a refresh token; everything from that sign-in died.")
REFRESH_REUSED = declare("refresh_token.reused", "A spent refresh token was shown again; its whole family died.")
ACCESS_CUT_OFF = declare(
    "access.cut_off", "Programs were cut off: an installation's, a partner's OAuth client, a version's or an app's."
)
ACCESS_RESTORED = declare("access.restored", "A cut-off was lifted; the programs get new credentials.")
