"""What an operator sees before cutting anything off, and the end of one token."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.installs.test_access import WHY, is_let_in, target_of, token_of, two
from tests.factories.accounts import actor_for, make_account, make_operator
from tests.factories.catalog import make_app
from tests.factories.installs import make_completed
from tests.factories.upgrades import make_newer

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.catalog.models import Version
from fondaco.identity.models import RevokedToken
from fondaco.installs.reach import find_targets, get_target, list_reached, measure_reach
from fondaco.installs.tokens import inspect_token, revoke_shown_token
from fondaco.kit.errors import Invalid, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def jon() -> Operator:
    return make_operator(OperatorRole.SUPPORT)


def test_the_preview_counts_what_is_hit(jon: Operator, django_assert_num_queries: Any) -> None:
    ours, theirs = two()
    make_completed()
    target = target_of(ours, "app")
    with django_assert_num_queries(2):
        reach = measure_reach(target)
    assert (reach.accounts, reach.installations, reach.licensed_users, reach.sign_ins) == (2, 2, 4, 0)
    one = measure_reach(target_of(ours, "installation"))
    assert (one.accounts, one.installations, one.licensed_users) == (1, 1, 2)
    assert set(list_reached(target_of(ours, "version"))) == {ours, theirs}


def test_finding_what_to_cut_off(jon: Operator) -> None:
    account = make_account("acme", company_name="Acme Phones")
    ours = make_completed(account)
    app = make_app(name="Paywave")
    assert [(each.kind, each.id) for each in find_targets(jon, ours.app.name[:6])] == [
        ("app", ours.app_id.hex),
        ("version", ours.version_id.hex),
    ]
    newer = make_newer(ours)  # nobody has it yet, and it must be stopped before somebody does
    assert [each.id for each in find_targets(jon, ours.app.name) if each.kind == "version"] == [
        newer.pk.hex,
        ours.version_id.hex,
    ]
    for text in ("acme", "Acme ph", ours.pk.hex):
        assert [each.id for each in find_targets(jon, text)] == [ours.pk.hex]
    assert [each.id for each in find_targets(jon, app.pk.hex)] == [app.pk.hex]
    assert find_targets(jon, "nowhere") == []
    for kind, id_ in (("app", "0" * 32), ("nothing", ours.app_id.hex), ("version", "x"), ("app", ours.pk.hex)):
        with pytest.raises(NotFound):
            get_target(jon, kind, id_)
    assert Version.objects.count() == 2


def test_one_token_is_ended_and_no_other(jon: Operator) -> None:
    ours, _theirs = two()
    token, other = token_of(ours), token_of(ours)
    shown = inspect_token(jon, f" {token}\n")
    assert (shown.installation, shown.token.account_id) == (ours, ours.account_id)
    revoke_shown_token(actor=actor_for(jon.person), by=jon, plain=token, reason=WHY)
    assert [is_let_in(each) for each in (token, other)] == [False, True]
    row = RevokedToken.objects.get()
    assert (row.jti, row.expires_at) == (shown.token.jti, shown.token.expires_at)
    fact = Event.objects.get(kind="access_token.revoked")
    assert (fact.data, fact.account_id) == ({"client": ours.client_id.hex, "reason": WHY}, ours.account_id)
    assert not inspect_token(jon, token).token.is_live
    with pytest.raises(Invalid):
        revoke_shown_token(actor=actor_for(jon.person), by=jon, plain=other, reason=" ")
    assert is_let_in(other)
