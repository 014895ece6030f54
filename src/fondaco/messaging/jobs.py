"""What messaging does in the background, besides sending."""

from __future__ import annotations

from fondaco.kit import jobs
from fondaco.messaging import sign_outs


@jobs.task("messaging.announce_sign_outs")
def announce_sign_outs() -> None:
    """Turns all sign-outs that wait into messages for apps; those of other commits too, so a lost turn is made up."""
    sign_outs.announce()
