"""Writes of the installs domain."""

from fondaco.installs.actions.access import cut_off, restore_access
from fondaco.installs.actions.allowing import allow_force_uninstall
from fondaco.installs.actions.answering import answer_operation, fail_open_operation, reach_installation
from fondaco.installs.actions.clearing import clear_version
from fondaco.installs.actions.credentials import (
    acknowledge_credentials,
    rotate_credentials,
    rotate_own_credentials,
)
from fondaco.installs.actions.extending import extend_trial
from fondaco.installs.actions.installing import Consent, install_app, retry_installation
from fondaco.installs.actions.launching import record_launch
from fondaco.installs.actions.mending import mend_update
from fondaco.installs.actions.removing import cancel_installation, force_uninstall_app, uninstall_app
from fondaco.installs.actions.retiring import retire_app, retire_version
from fondaco.installs.actions.updating import update_settings
from fondaco.installs.actions.upgrading import upgrade_app

__all__ = [
    "Consent",
    "acknowledge_credentials",
    "allow_force_uninstall",
    "answer_operation",
    "cancel_installation",
    "clear_version",
    "cut_off",
    "extend_trial",
    "fail_open_operation",
    "force_uninstall_app",
    "install_app",
    "mend_update",
    "reach_installation",
    "record_launch",
    "restore_access",
    "retire_app",
    "retire_version",
    "retry_installation",
    "rotate_credentials",
    "rotate_own_credentials",
    "uninstall_app",
    "update_settings",
    "upgrade_app",
]
