"""T27: the managers read what rules did to licences and price, whom a limit stopped, and that nobody is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.db.notify.test_letters import told
from tests.factories.accounts import SYSTEM, make_account, make_person, make_user
from tests.factories.catalog import make_published_version
from tests.factories.installs import PARTNER_PROGRAM, order
from tests.factories.mail import deliver

from fondaco.accounts.actions import add_user
from fondaco.installs.actions import answer_operation
from fondaco.installs.auto_install import AutoInstall
from fondaco.kit import clock, deadlines

pytestmark = pytest.mark.django_db


def test_T27_an_automatic_update_its_price_its_limit_and_its_refusal() -> None:
    account = make_account()
    ada, samir = make_user(account), make_user(account, role="supervisor")
    rules = AutoInstall(({"filter": "all", "match": ""},), cap=3)
    installation = order(make_published_version(), [ada, samir], plan="Team", auto_install=rules).installation
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    deliver()
    for name in ("Nia New", "Ole Other"):
        person, agent = make_person(name), account.roles.get(key="agent")
        add_user(actor=SYSTEM, account=account, person=person, role=agent)
    with clock.travel(timedelta(minutes=6)):
        deadlines.sweep_once()
        [stopped] = deliver()
        assert told(stopped) == (
            [ada.person.email],
            "One person without a licence of Ledgerline: its limit is reached",
        )
        assert "stop at 3 people" in stopped.body
        assert "Waiting: Ole Other" in stopped.body
        answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="reject", reason="Not today")
        [declined] = deliver()
        assert told(declined)[1] == "Licences of Ledgerline could not be changed yet"
        assert all(words in declined.body for words in ("Not today", "Get a licence: Nia New", "Nobody is forgotten"))
    with clock.travel(timedelta(days=1, minutes=7)):
        deadlines.sweep_once()
        answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
        [changed] = deliver()
        assert told(changed)[1] == "Licences of Ledgerline changed by themselves"
        facts = ("Get a licence: Nia New", "Licences: 3", "Unassigned: 0", "More each month: $18.00", "$54.00")
        assert all(words in changed.body for words in facts), changed.body
