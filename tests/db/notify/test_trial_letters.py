"""What the managers of an account read about a trial, from its first reminder to its end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.db.notify.test_letters import told
from tests.factories.accounts import SYSTEM, actor_for, make_operator
from tests.factories.installs import PARTNER_PROGRAM, make_completed
from tests.factories.mail import deliver

from fondaco.installs.actions import answer_operation, extend_trial, update_settings
from fondaco.installs.changes import Settings
from fondaco.kit import clock, deadlines

pytestmark = pytest.mark.django_db
NEW_YEAR = datetime(2030, 1, 1, 9, tzinfo=UTC)


def test_reminders_an_extension_and_the_end() -> None:
    with clock.freeze(NEW_YEAR):
        installation, jon = make_completed(), make_operator()
        deliver()
    with clock.freeze(NEW_YEAR + timedelta(days=15)):
        deadlines.sweep_once()
        [letter] = deliver()
        assert told(letter) == ([installation.installed_by.person.email], "15 days left of the trial of Ledgerline")
        assert "ends on 31 January 2030. Nothing is charged by itself." in letter.body
        assert f"/my-apps/{installation.pk.hex}/settings" in letter.body
        day = date(2030, 3, 5)
        extend_trial(actor=SYSTEM, by=jon, installation=installation, last_day=day, reason="They asked")
        [letter] = deliver()
        assert told(letter)[1] == "The trial of Ledgerline lasts until 5 March 2030"
    with clock.freeze(datetime(2030, 3, 5, 1, tzinfo=UTC)):
        deadlines.sweep_once()
        assert [told(letter)[1] for letter in deliver()] == ["One day left of the trial of Ledgerline"]
    with clock.freeze(datetime(2030, 3, 6, tzinfo=UTC)):
        deadlines.sweep_once()
        [letter] = deliver()
        assert told(letter)[1] == "The trial of Ledgerline has ended"
        assert "until you choose a plan" in letter.body


def test_a_reminder_is_not_sent_when_the_plan_changed_before_it_was_written() -> None:
    installation = make_completed()
    by, paid = installation.installed_by, installation.version.plans.get(type="paid")
    wanted = Settings(paid, list(installation.account.users.all()), max(2, paid.min_licences))
    with clock.travel(timedelta(days=25)):
        deliver()
        update_settings(actor=actor_for(by.person), by=by, installation=installation, wanted=wanted)
    with clock.travel(timedelta(days=29, seconds=1)):
        deadlines.sweep_once()
        answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
        assert [told(letter)[1] for letter in deliver()] == ["The change of Ledgerline is in force"]


def test_who_chose_a_plan_in_time_is_told_that_only_the_answer_is_missing() -> None:
    installation = make_completed()
    by, paid = installation.installed_by, installation.version.plans.get(type="paid")
    wanted = Settings(paid, list(installation.account.users.all()), max(2, paid.min_licences))
    with clock.travel(timedelta(days=28)):
        update_settings(actor=actor_for(by.person), by=by, installation=installation, wanted=wanted)
    with clock.travel(timedelta(days=30, seconds=1)):
        deadlines.sweep_once()
        *_others, letter = deliver()
        assert told(letter)[1] == "The trial of Ledgerline has ended"
        assert "until Ledgerline GmbH confirms the plan that you chose" in letter.body
