"""Facts about installations, operations, licences and trials."""

from fondaco.audit.kinds import declare

INSTALLATION_REQUESTED = declare("installation.requested", "A customer asked to install an app.")
INSTALLATION_RETRIED = declare("installation.retried", "A failed installation was tried again.")
INSTALLATION_FAILED = declare(
    "installation.failed",
    "An app could not be reached for now, or a change of it could not be taken back (failed update).",
)
INSTALLATION_REJECTED = declare("installation.rejected", "The app's program declined the installation.")
INSTALLATION_TIMED_OUT = declare("installation.timed_out", "The app's program did not answer within seven days.")
INSTALLATION_PENDING = declare("installation.pending", "A change of an installation waits for the app's program.")
INSTALLATION_COMPLETED = declare("installation.completed", "An installation is active.")
INSTALLATION_SUSPENDED = declare("installation.suspended", "An installation was suspended because its trial ended.")
INSTALLATION_REVOKED = declare("installation.revoked", "An app was removed from an account.")
INSTALLATION_CUT_OFF = declare("installation.cut_off", "An operator cut an installed app's program off.")
INSTALLATION_RESTORED = declare(
    "installation.restored", "A cut-off was lifted; the app's program was sent new credentials."
)
INSTALLATION_LAUNCHED = declare("installation.launched", "A user opened an app by single sign-on.")

FORCE_UNINSTALL_ALLOWED = declare(
    "account.force_uninstall_allowed",
    "Staff said whether an account's managers may remove apps at once, whatever their state.",
)

OPERATION_OPENED = declare("operation.opened", "An operation was opened and waits for the app's program.")
OPERATION_RETRIED = declare("operation.retried", "An operation that never reached the app's program is sent again.")
OPERATION_OBJECTED = declare(
    "operation.objected", "The app's program declined a removal, which happens all the same when its time is over."
)
OPERATION_APPROVED = declare("operation.approved", "The app's program approved an operation.")
OPERATION_REJECTED = declare("operation.rejected", "The app's program rejected an operation.")
OPERATION_TIMED_OUT = declare("operation.timed_out", "An operation was not answered within seven days.")
OPERATION_FAILED = declare("operation.failed", "An operation could not be carried out.")
OPERATION_SETTLED = declare(
    "operation.settled", "Staff mended a change that could neither be completed nor be taken back."
)
OPERATION_SUPERSEDED = declare("operation.superseded", "An operation was replaced by a later one.")

CLEARANCE_BEGUN = declare("clearance.begun", "An operator ordered that every installation of an ended version goes.")
CLEARANCE_FINISHED = declare("clearance.finished", "No installation of an ended version is left.")

TRIAL_STARTED = declare("trial.started", "A 30-day trial began.")
TRIAL_ENDING = declare("trial.ending", "A trial ends in 15 days, a week or a day; the account's managers are reminded.")
TRIAL_EXTENDED = declare("trial.extended", "An operator let a running trial last longer.")
TRIAL_ENDED = declare("trial.ended", "A trial ended.")
LICENCE_ASSIGNED = declare("licence.assigned", "Users were given licences of an installed app.")
LICENCE_WITHHELD = declare("licence.withheld", "A limit kept licences from users whom an auto-install rule gives one.")
LICENCE_RELEASED = declare("licence.released", "Users' licences of an installed app were released.")
