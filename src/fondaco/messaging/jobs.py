"""What messaging does in the background, besides sending."""

from __future__ import annotations

from fondaco.kit import jobs
from fondaco.messaging import samples, sign_outs


@jobs.task("messaging.announce_sign_outs")
def announce_sign_outs() -> None:
    """Turns all sign-outs that wait into messages for apps; those of other commits too, so a lost turn is made up."""
    sign_outs.announce()


@jobs.task(samples.POST, retry=None)
def post_sample_event(sample_id: str) -> None:
    """Posts a test event once; nobody wants a second one by itself."""
    samples.post_sample(sample_id)
