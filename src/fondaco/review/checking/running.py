"""Runs checks over a dossier: network checks side by side in a thread of their own, the others meanwhile here.

This one function serves partners, reviewers, the command line and the watch over live apps (T23).
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final

from django.utils.translation import gettext as _

from fondaco.kit.outbound import SafeClient
from fondaco.messaging.signing import Signer
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.network import Network
from fondaco.review.checking.registry import Check, Finding, Skip
from fondaco.review.states import Outcome

logger = logging.getLogger(__name__)

MOST_SECONDS: Final = 25.0  # for one check: two answers of ten seconds each, and some air


@dataclass(frozen=True, slots=True)
class Examined:
    """What one check came to; ``note`` says why it was skipped or could not run."""

    check: Check
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    note: str = ""
    seconds: float = 0.0


def examine_all(
    dossier: Dossier, checks: Sequence[Check], signer: Signer, *, most_seconds: float = MOST_SECONDS
) -> Iterator[Examined]:
    """Yields what each check came to as soon as it is known, in no order. A check that breaks hinders no other."""
    asking = [check for check in checks if check.is_network]
    done: SimpleQueue[Examined | None] = SimpleQueue()
    thread = threading.Thread(target=_ask_all, args=(dossier, asking, signer, most_seconds, done), daemon=True)
    thread.start()
    for check in checks:
        if not check.is_network:
            yield _examine(check, dossier)
    waiting = {check.id: check for check in asking}
    while waiting and (examined := done.get()) is not None:
        del waiting[examined.check.id]
        yield examined
    for check in waiting.values():
        yield Examined(check, Outcome.FAILED_TO_RUN, note=_("The way to the outside could not be opened."))
    thread.join()


def _examine(check: Check, dossier: Dossier) -> Examined:
    begun = time.monotonic()
    try:
        findings = tuple(check.run(dossier))
    except Skip as reason:
        return Examined(check, Outcome.SKIPPED, note=str(reason), seconds=time.monotonic() - begun)
    except Exception:
        logger.exception("the check %s broke", check.id)
        return _broken(check, begun)
    return _examined(check, findings, begun)


def _ask_all(
    dossier: Dossier, checks: Sequence[Check], signer: Signer, most_seconds: float, done: SimpleQueue[Examined | None]
) -> None:
    async def ask_all() -> None:
        async with SafeClient() as client:
            network = Network(client, signer)

            async def ask(check: Check) -> None:
                done.put(await _ask(check, dossier, network, most_seconds))

            await asyncio.gather(*(ask(check) for check in checks))

    try:
        asyncio.run(ask_all())
    except Exception:
        logger.exception("network checks could not be run")
    finally:
        done.put(None)


async def _ask(check: Check, dossier: Dossier, network: Network, most_seconds: float) -> Examined:
    begun = time.monotonic()
    try:
        async with asyncio.timeout(most_seconds):
            findings = tuple(await check.run(dossier, network))
    except Skip as reason:
        return Examined(check, Outcome.SKIPPED, note=str(reason), seconds=time.monotonic() - begun)
    except TimeoutError:
        note = _("It was stopped after %(most)d seconds. Run the checks again.") % {"most": most_seconds}
        return Examined(check, Outcome.FAILED_TO_RUN, note=note, seconds=time.monotonic() - begun)
    except Exception:
        logger.exception("the check %s broke", check.id)
        return _broken(check, begun)
    return _examined(check, findings, begun)


def _examined(check: Check, findings: tuple[Finding, ...], begun: float) -> Examined:
    outcome = Outcome.FOUND if findings else Outcome.PASSED
    return Examined(check, outcome, findings, seconds=time.monotonic() - begun)


def _broken(check: Check, begun: float) -> Examined:
    note = _("The check itself broke, which says nothing about the app. Run the checks again.")
    return Examined(check, Outcome.FAILED_TO_RUN, note=note, seconds=time.monotonic() - begun)
