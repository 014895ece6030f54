"""Writes of the installs domain."""

from fondaco.installs.actions.answering import answer_operation, fail_open_operation, reach_installation
from fondaco.installs.actions.installing import Consent, install_app, retry_installation
from fondaco.installs.actions.launching import record_launch
from fondaco.installs.actions.removing import cancel_installation, force_uninstall_app, uninstall_app

__all__ = [
    "Consent",
    "answer_operation",
    "cancel_installation",
    "fail_open_operation",
    "force_uninstall_app",
    "install_app",
    "reach_installation",
    "record_launch",
    "retry_installation",
    "uninstall_app",
]
