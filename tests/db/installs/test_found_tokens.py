"""A token that an operator was shown in an incident: every kind of ours is recognised, ended at once, and told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.db.installs.test_access import WHY, is_let_in, newest, token_of
from tests.db.notify.test_letters import told
from tests.factories.accounts import actor_for, make_operator, make_user
from tests.factories.identity import make_login_session
from tests.factories.installs import make_completed
from tests.factories.mail import deliver

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.identity.actions import create_personal_token
from fondaco.identity.actions.personal_tokens import Origin
from fondaco.identity.errors import TokenDead, TokenRefused, TokenUnknown
from fondaco.identity.models import PersonalAccessToken, RefreshToken, RevokedToken, TokenFamily
from fondaco.identity.tokens import find_personal_token, issue_access_token
from fondaco.installs.models import Installation
from fondaco.installs.tokens import ShownToken, inspect_token, revoke_shown_token
from fondaco.kit import clock, crypto
from fondaco.kit.errors import Forbidden, Invalid

pytestmark = pytest.mark.django_db


@pytest.fixture
def jon() -> Operator:
    return make_operator(OperatorRole.SUPPORT)


def end(by: Operator, plain: str, reason: str = WHY) -> ShownToken:
    return revoke_shown_token(actor=actor_for(by.person), by=by, plain=plain, reason=reason)


def refresh_token_of(installation: Installation, *, is_spent: bool = False) -> tuple[TokenFamily, str]:
    """What a program got when somebody signed in to it."""
    user = installation.installed_by
    family = TokenFamily.objects.create(
        client=installation.client,
        user=user,
        login_session=make_login_session(user.person),
        expires_at=clock.now() + timedelta(days=30),
    )
    return family, another_of(family, is_spent=is_spent)


def another_of(family: TokenFamily, *, is_spent: bool = False) -> str:
    plain = crypto.new_secret("fdr_")
    RefreshToken.objects.create(
        token_hash=crypto.keyed_hash(plain),
        family=family,
        scope="openid apps:read",
        expires_at=family.expires_at,
        used_at=clock.now() if is_spent else None,
    )
    return plain


def opens(plain: str) -> bool:
    try:
        find_personal_token(plain)
    except TokenRefused:
        return False
    return True


def everything() -> list[object]:
    models = (Event, RevokedToken, TokenFamily, RefreshToken, PersonalAccessToken)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_a_refresh_token_is_shown_and_its_whole_sign_in_ends(jon: Operator) -> None:
    ours = make_completed()
    family, plain = refresh_token_of(ours)
    kept, _plain = refresh_token_of(ours)
    access = issue_access_token(credentials=newest(ours), scope="openid", family=family)
    shown = inspect_token(jon, f"  {plain}\n")
    assert (shown.token.kind, shown.token.is_live, shown.installation) == ("refresh_token", True, ours)
    assert (shown.token.client, shown.token.user) == (ours.client, ours.installed_by)
    assert (shown.token.scopes, shown.token.expires_at) == (("apps:read", "openid"), family.expires_at)
    assert shown.token.last_used_at == RefreshToken.objects.get(family=family).created_at
    end(jon, plain)
    for each in (family, kept):
        each.refresh_from_db()
    assert (family.ended_at is not None, kept.ended_at) == (True, None)
    assert [is_let_in(access), is_let_in(token_of(ours))] == [False, True]
    fact = Event.objects.get(kind="refresh_token.ended")
    assert (fact.actor_label, fact.account_id, fact.subject_id) == (jon.person.name, ours.account_id, family.pk.hex)
    assert fact.data == {"client": ours.client_id.hex, "user": family.user_id, "reason": WHY}


def test_a_spent_refresh_token_ends_the_newer_one(jon: Operator) -> None:
    family, plain = refresh_token_of(make_completed(), is_spent=True)
    another_of(family)
    shown = inspect_token(jon, plain)
    assert (shown.token.is_live, shown.token.is_spent) == (True, True)
    end(jon, plain)
    family.refresh_from_db()
    assert family.ended_at is not None


def test_a_personal_token_is_shown_and_ends_with_what_it_made(jon: Operator) -> None:
    user = make_user()
    row, plain = create_personal_token(
        actor=actor_for(user.person), person=user.person, name="Nightly", place=f"account:{user.account_id}"
    )
    _made, child = create_personal_token(
        actor=actor_for(user.person), person=user.person, name="Child", place=row.place, origin=Origin(made_with=row)
    )
    _other, other = create_personal_token(actor=actor_for(user.person), person=user.person, name="Other")
    shown = inspect_token(jon, plain)
    assert (shown.token.kind, shown.token.is_live, shown.token.personal) == ("personal_access_token", True, row)
    assert (shown.token.place, shown.token.scopes) == (user.account.company_name, ())
    assert (shown.token.last_used_at, shown.installation) == (None, None)
    end(jon, plain)
    assert [opens(each) for each in (plain, child, other)] == [False, False, True]
    fact = Event.objects.get(kind="personal_token.ended", subject_id=row.pk.hex)
    assert fact.data == {"name": "Nightly", "person": user.person_id.hex, "reason": WHY}
    assert fact.actor_label == jon.person.name


def test_its_owner_is_told_why(jon: Operator) -> None:
    user = make_user()
    _row, plain = create_personal_token(actor=actor_for(user.person), person=user.person, name="Nightly")
    deliver()
    end(jon, plain)
    [letter] = deliver()
    assert told(letter) == ([user.person.email], "Your access token Nightly was ended")
    text = str(letter.body)
    assert WHY in text
    assert plain not in text


def dead_access_token(jon: Operator) -> str:
    plain = token_of(make_completed())
    end(jon, plain)
    return plain


def dead_refresh_token(jon: Operator) -> str:
    family, plain = refresh_token_of(make_completed())
    TokenFamily.objects.filter(pk=family.pk).update(ended_at=clock.now())
    return plain


def dead_personal_token(jon: Operator) -> str:
    user = make_user()
    row, plain = create_personal_token(actor=actor_for(user.person), person=user.person, name="Nightly")
    PersonalAccessToken.objects.filter(pk=row.pk).update(revoked_at=clock.now())
    return plain


@pytest.mark.parametrize("make", [dead_access_token, dead_refresh_token, dead_personal_token])
def test_what_is_dead_already_is_shown_as_such(jon: Operator, make: Callable[[Operator], str]) -> None:
    plain = make(jon)
    before = everything()
    assert inspect_token(jon, plain).token.is_live is False
    with pytest.raises(TokenDead):
        end(jon, plain)
    assert everything() == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello", "no token of ours"),
        ("a.b.c", "no token of ours"),
        ("🙂" * 20, "no token of ours"),
        ("fdr_" + "x" * 49, "not whole or was mistyped"),
        ("fdp_🙂", "not whole or was mistyped"),
        ("fdr_…", "we keep none like it"),
        ("fdp_…", "we keep none like it"),
        ("fdc_…", "the secret of a program"),
    ],
)
def test_what_is_none_of_ours_is_said_to_be(jon: Operator, text: str, words: str) -> None:
    before = everything()
    if text.endswith("…"):
        text = crypto.new_secret(text[:-1])  # made here, for tests are named alike in all processes
    for attempt in (lambda: inspect_token(jon, text), lambda: end(jon, text)):
        with pytest.raises(TokenUnknown) as refusal:
            attempt()
        assert words in refusal.value.fields["token"][0]
    assert everything() == before


@pytest.mark.parametrize("reason", ["", " \n", "x" * 1001])
def test_a_reason_is_needed(jon: Operator, reason: str) -> None:
    _family, plain = refresh_token_of(make_completed())
    before = everything()
    with pytest.raises(Invalid) as refusal:
        end(jon, plain, reason)
    assert set(refusal.value.fields) == {"reason"}
    assert everything() == before


def test_others_neither_look_nor_end() -> None:
    by = make_operator(OperatorRole.FINANCE)
    user = make_user()
    _row, plain = create_personal_token(actor=actor_for(user.person), person=user.person, name="Nightly")
    before = everything()
    for attempt in (lambda: inspect_token(by, plain), lambda: end(by, plain)):
        with pytest.raises(Forbidden):
            attempt()
    assert everything() == before
