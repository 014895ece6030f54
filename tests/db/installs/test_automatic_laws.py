"""Whatever people and partners do in whatever order: licences stay within what is bought and the cap, one for each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.accounts import SYSTEM, make_account, make_person, make_user
from tests.factories.catalog import make_published_version
from tests.factories.installs import PARTNER_PROGRAM, order
from tests.http.world import undone
from tests.soaking import patience

from fondaco.accounts.actions import add_user, change_user_role, deactivate_user, reactivate_user
from fondaco.accounts.models import User
from fondaco.installs.actions import answer_operation
from fondaco.installs.auto_install import AutoInstall
from fondaco.installs.models import AwaitedLicence, Installation, Operation
from fondaco.kit import clock, deadlines

pytestmark = pytest.mark.django_db
CAP = 4
STEPS = st.tuples(
    st.sampled_from(["join", "move", "leave", "return", "approve", "reject", "minutes", "week"]), st.integers(0, 9)
)


def act(installation: Installation, ada: User, step: str, number: int) -> None:
    account = installation.account
    if step == "join":
        role = account.roles.get(key=["agent", "supervisor"][number % 2])
        add_user(actor=SYSTEM, account=account, person=make_person("Nia New"), role=role)
        return
    others = list(account.users.exclude(pk=ada.pk).select_related("role", "account", "person").order_by("id"))
    user = others[number % len(others)]
    if step == "move" and user.is_active:
        key = "agent" if user.role.key == "supervisor" else "supervisor"
        change_user_role(actor=SYSTEM, by=ada, user=user, role=account.roles.get(key=key))
    elif step == "leave":
        deactivate_user(actor=SYSTEM, by=ada, user=user)
    elif step == "return":
        reactivate_user(actor=SYSTEM, by=ada, user=user)
    elif step in {"approve", "reject"} and Operation.objects.filter(status="open").exists():
        answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision=step)


@patience(5, 12, soaked_steps=12)
@given(steps=st.lists(STEPS, min_size=6, max_size=14))
def test_licences_stay_within_what_is_bought_and_the_cap(steps: list[tuple[str, int]]) -> None:
    with undone():
        account = make_account()
        ada, samir = make_user(account), make_user(account, role="supervisor")
        rules = AutoInstall(({"filter": "role", "match": "agent"},), CAP)
        installation = order(make_published_version(), [ada, samir], plan="Team", auto_install=rules).installation
        answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
        passed = timedelta(0)
        for step, number in [*steps, ("week", 0), ("approve", 0), ("week", 0), ("approve", 0)]:
            passed += {"minutes": timedelta(minutes=6), "week": timedelta(days=31)}.get(step, timedelta(seconds=1))
            with clock.travel(passed):
                act(installation, ada, step, number)
                deadlines.sweep_once()
            found = Installation.objects.get(pk=installation.pk)
            held = list(installation.licences.values_list("user_id", flat=True))
            assert len(held) == len(set(held)) <= min(found.total_licences, CAP)
            assert installation.operations.filter(status="open").count() <= 1
        waiting = AwaitedLicence.objects.filter(user__is_active=True, user__role__key="agent")
        waiting = waiting.exclude(user__licences__installation=installation)
        assert not waiting.exists() or len(held) == CAP or installation.operations.filter(status="open").exists()
