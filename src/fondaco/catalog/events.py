"""Facts about apps and their versions."""

from fondaco.audit.kinds import declare

APP_REGISTERED = declare("app.registered", "A partner registered an app.")
APP_CHANGED = declare("app.changed", "An app's own details or icon were changed.")
VERSION_CREATED = declare("version.created", "A partner began a new version of an app.")
VERSION_EDITED = declare("version.edited", "The content of a version was changed.")
VERSION_DEPRECATED = declare(
    "version.deprecated", "A version was taken out of the marketplace, and its end was announced."
)
VERSION_ENDED = declare("version.ended", "The day came that was announced as the end of a version.")
VERSION_SCHEDULED = declare("version.scheduled", "A version was set to be made available at a certain time.")
VERSION_SCHEDULE_CANCELLED = declare(
    "version.schedule_cancelled", "A version will not be made available at the time that was set."
)
VERSION_GO_LIVE_FAILED = declare(
    "version.go_live_failed", "The set time came, but the version could not be made available."
)
VERSION_UNLISTED = declare("version.unlisted", "A version was taken out of the marketplace for a while.")
VERSION_RELISTED = declare("version.relisted", "A version was brought back into the marketplace.")

VERSION_WITHHELD = declare("version.withheld", "The platform took a version out of the marketplace.")
VERSION_READMITTED = declare("version.readmitted", "The platform let a version into the marketplace again.")

VERSION_RETIRED = declare("version.retired", "A deprecated version that nobody had any more was retired.")

APP_RETIRED = declare("app.retired", "An app was retired: it cannot be installed or changed any more.")
APP_GIVEN = declare("app.given", "A partner handed an app over to another partner.")
APP_RECEIVED = declare("app.received", "A partner took an app over from another partner.")

LINK_MADE = declare("install_link.made", "The installation link of a version was made, or made anew.")
LINK_ENDED = declare("install_link.ended", "The installation link of a version was switched off.")

TESTER_INVITED = declare("app_tester.invited", "A partner invited an account to test an app.")
TESTER_ACCEPTED = declare("app_tester.accepted", "An account agreed to test an app.")
TESTER_DECLINED = declare("app_tester.declined", "An account does not want to test an app.")
TESTER_REMOVED = declare("app_tester.removed", "A partner ended an account's leave to test an app.")
TESTER_LEFT = declare("app_tester.left", "An account stopped testing an app.")

TRANSFER_OFFERED = declare("app_transfer.offered", "A partner offered an app to another partner.")
TRANSFER_ACCEPTED = declare("app_transfer.accepted", "A partner agreed to take an app over.")
TRANSFER_DECLINED = declare("app_transfer.declined", "A partner does not want to take an app over.")
TRANSFER_WITHDRAWN = declare("app_transfer.withdrawn", "A partner took the offer of an app back.")
TRANSFER_EXPIRED = declare("app_transfer.expired", "The offer of an app was not answered in time.")
TRANSFER_COMPLETED = declare("app_transfer.completed", "An operator confirmed the transfer of an app, which moved.")
TRANSFER_REFUSED = declare("app_transfer.refused", "An operator refused the transfer of an app.")

TECHNICAL_SUBMITTED = declare("technical_content.submitted", "Technical content was submitted for review.")
TECHNICAL_WITHDRAWN = declare("technical_content.withdrawn", "Technical content was taken back from review.")
TECHNICAL_APPROVED = declare("technical_content.approved", "Technical content passed its review.")
TECHNICAL_REJECTED = declare("technical_content.rejected", "Technical content was sent back with feedback.")
TECHNICAL_AVAILABLE = declare("technical_content.available", "A version was made available to customers.")
TECHNICAL_DEPRECATED = declare("technical_content.deprecated", "A version can no longer be newly installed.")

LISTING_SUBMITTED = declare("listing_content.submitted", "Listing content was submitted for review.")
LISTING_WITHDRAWN = declare("listing_content.withdrawn", "Listing content was taken back from review.")
LISTING_APPROVED = declare("listing_content.approved", "Listing content passed its review.")
LISTING_REJECTED = declare("listing_content.rejected", "Listing content was sent back with feedback.")
LISTING_ADVERTISED = declare("listing_content.advertised", "A listing appeared in the marketplace.")
LISTING_DEPRECATED = declare("listing_content.deprecated", "A listing left the marketplace.")
