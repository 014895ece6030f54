"""Why a try failed, in a sentence for people."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.kit.outbound import FailureKind

TURNED_AWAY: Final = "paused"  # the error of a try that was due at a closed endpoint, and so was not made

_EXPLANATIONS: Final[dict[str, Promise]] = {
    FailureKind.DNS: gettext_lazy("The address of the app's program cannot be found."),
    FailureKind.REFUSED_ADDRESS: gettext_lazy("The app's program is at an address that may not be called."),
    FailureKind.CONNECT: gettext_lazy("The app's program cannot be reached."),
    FailureKind.TLS: gettext_lazy("The secure connection to the app's program failed."),
    FailureKind.TIMEOUT: gettext_lazy("The app's program did not answer within ten seconds."),
    FailureKind.TOO_LARGE: gettext_lazy("The app's program answered at too great length."),
    FailureKind.PROTOCOL: gettext_lazy("What the app's program answered was not HTTP."),
    TURNED_AWAY: gettext_lazy("The app's program has failed so often that it is left alone for a while."),
}

_BROKEN_OFF: Final[dict[str, Promise]] = {  # … on the way through the answer
    FailureKind.CONNECT: gettext_lazy("The app's program answered with HTTP status %(status)s and broke off."),
    FailureKind.PROTOCOL: gettext_lazy("The app's program answered with HTTP status %(status)s and broke off."),
    FailureKind.TIMEOUT: gettext_lazy(
        "The app's program answered with HTTP status %(status)s, but not to the end within ten seconds."
    ),
}


def explain_failure(error: str, status: int | None) -> str:
    """What the app's program did.

    ``error`` is an outbound failure's kind, empty when there was a whole answer with ``status``; both are given when
    the answer broke off.
    """
    if status is not None and (found := _BROKEN_OFF.get(error)):
        return str(found) % {"status": status}
    if found := _EXPLANATIONS.get(error):
        return str(found)
    return _("The app's program answered with HTTP status %(status)s.") % {"status": status}
