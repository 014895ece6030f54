"""Whatever customer, partner, staff and the clock do, in whatever order: what must always hold of an installation does.

The machine is ``tests.lives``; ``make soak`` lets it run for long, from other seeds.
"""

from __future__ import annotations

import pytest
from hypothesis.stateful import run_state_machine_as_test
from tests.lives.customer import Customer
from tests.lives.laws import Laws
from tests.lives.partner import Partner
from tests.lives.staff import Staff
from tests.soaking import patience

pytestmark = pytest.mark.django_db


class Lives(Customer, Partner, Staff, Laws):
    """Everybody."""


def test_what_must_hold_holds_in_any_order() -> None:
    run_state_machine_as_test(Lives, settings=patience(10, 15, soaked_steps=40))
