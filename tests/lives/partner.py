"""What the partner's program does, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from tests.factories.faults import break_on
from tests.factories.installs import PARTNER_PROGRAM
from tests.lives.world import BATCH, ROUND, World

from fondaco.installs import actions, events
from fondaco.installs.queries import get_open_operation
from fondaco.installs.states import CHANGES

PAUSES = (
    BATCH, BATCH, timedelta(hours=3), timedelta(days=1, seconds=1), timedelta(days=4),
    timedelta(days=8), timedelta(days=16),
)  # fmt: skip


class Partner(World):
    """The program, the way to it, and the clock."""

    @rule(decision=st.sampled_from(["approve", "approve", "approve", "reject"]))
    def answer(self, decision: str) -> None:
        installation = self.installation
        self.try_to(
            lambda: actions.answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision=decision)
        )
        self.note_what_holds()

    @precondition(lambda self: self.has_open())
    @rule()
    def break_while_approving(self) -> None:
        operation = get_open_operation(self.installation)
        if operation is not None and operation.kind in CHANGES:
            with pytest.MonkeyPatch.context() as patch:
                break_on(patch, events.OPERATION_APPROVED)
                self.answer("approve")

    @rule(status=st.sampled_from([204, 204, 204, 500, 429, 410, None]))
    def take(self, status: int | None) -> None:
        """Everything that is due comes to it, and it takes it or does not."""
        self.post(status)
        self.note_what_holds()

    @rule(status=st.sampled_from([500, None]))
    def stay_away(self, status: int | None) -> None:
        """For a whole round of tries: three, within a quarter of an hour."""
        for _ in range(3):
            self.post(status)
            self.pass_time(ROUND)

    @rule(pause=st.sampled_from(PAUSES))
    def wait(self, pause: timedelta) -> None:
        self.pass_time(pause)

    @rule()
    def ask_for_credentials(self) -> None:
        self.try_to(lambda: actions.rotate_own_credentials(actor=PARTNER_PROGRAM, installation=self.installation))

    @rule(is_newest=st.booleans())
    def acknowledge(self, is_newest: bool) -> None:
        sets = list(self.installation.client.credential_sets.order_by("id"))
        wire = sets[-1 if is_newest else 0].wire_client_id if sets else "0" * 32
        self.try_to(
            lambda: actions.acknowledge_credentials(
                actor=PARTNER_PROGRAM, installation=self.installation, client_id=wire
            )
        )
