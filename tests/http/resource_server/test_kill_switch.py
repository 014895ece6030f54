"""A token that was revoked is refused by every API in less than 60 seconds, whatever happens meanwhile."""

from __future__ import annotations

import pytest
from tests.http.resource_server.identity_server import CREDENTIALS, Clock, IdentityServer

from fondaco.resource_server import (
    IntrospectionRevocations,
    Issuers,
    JwksKeys,
    SourceUnavailable,
    Token,
    TokenInvalid,
    Verifier,
)
from fondaco.resource_server import introspection as rules

ASKED = "/harbour/oauth/introspect"


def make_verifier(house: IdentityServer, clock: Clock, **more: object) -> Verifier:
    return Verifier(
        audience="https://apps.example.com",
        issuers=Issuers(f"{house.url}/{{account}}"),
        keys=JwksKeys(house.jwks_url, clock=clock),
        revocations=IntrospectionRevocations(**{"credentials": CREDENTIALS, "clock": clock, **more}),  # type: ignore[arg-type]
    )


def lets_in(verifier: Verifier, plain: str) -> bool:
    try:
        return bool(verifier.verify(plain))
    except (TokenInvalid, SourceUnavailable):
        return False


def test_an_answer_is_used_for_thirty_seconds(house: IdentityServer, clock: Clock) -> None:
    verifier, plain = make_verifier(house, clock), house.sign()
    for passed in (0, 10, 19.9):
        clock.now += passed
        assert verifier.verify(plain).account_id
    assert house.asked[ASKED] == 1
    clock.now += 0.1
    assert verifier.verify(plain)
    assert house.asked[ASKED] == 2


@pytest.mark.parametrize("asked_before", [0.0, 0.1, 15.0, 29.9])
def test_the_last_call_is_let_in_within_thirty_seconds_of_the_click(
    house: IdentityServer, clock: Clock, asked_before: float
) -> None:
    verifier, plain = make_verifier(house, clock), house.sign()
    assert lets_in(verifier, plain)
    clock.now += asked_before
    house.revoked.add(plain)
    click, last = clock.now, clock.now
    while clock.now < click + 120:
        if lets_in(verifier, plain):
            last = clock.now
        clock.now += 0.5
    assert last - click < 30
    assert not lets_in(verifier, plain)


@pytest.mark.parametrize("asked_before", [0.0, 15.0, 29.9])
def test_also_when_the_house_goes_away_right_after_the_click(
    house: IdentityServer, clock: Clock, asked_before: float
) -> None:
    verifier, plain = make_verifier(house, clock), house.sign()
    assert lets_in(verifier, plain)
    clock.now += asked_before
    house.revoked.add(plain)
    house.stop()
    click, last = clock.now, clock.now
    while clock.now < click + 120:
        if lets_in(verifier, plain):
            last = clock.now
        clock.now += 0.5
    assert last - click < 60
    house.start()
    clock.now += 1
    with pytest.raises(TokenInvalid):
        verifier.verify(plain)


def test_a_short_outage_is_not_noticed_and_a_long_one_lets_nobody_in(house: IdentityServer, clock: Clock) -> None:
    verifier, plain, unseen = make_verifier(house, clock), house.sign(), house.sign(jti="n" * 32)
    assert verifier.verify(plain)
    house.stop()
    clock.now += 59.9
    assert verifier.verify(plain)
    with pytest.raises(SourceUnavailable):
        verifier.verify(unseen)
    clock.now += 0.1
    with pytest.raises(SourceUnavailable):
        verifier.verify(plain)
    house.start()
    clock.now += 1
    assert verifier.verify(plain)
    assert verifier.verify(unseen)


@pytest.mark.parametrize(
    "answer", [(500, b""), (401, b"{}"), (404, b""), (302, b""), (200, b"{}"), (200, b'{"active": 1}'),
               (200, b'{"active": "true"}'), (200, b'[true]'), (200, b"true")],
)  # fmt: skip
def test_only_a_clear_yes_is_a_yes(house: IdentityServer, clock: Clock, answer: tuple[int, bytes]) -> None:
    house.answers[ASKED] = answer
    with pytest.raises(SourceUnavailable):
        make_verifier(house, clock).verify(house.sign())


def test_wrong_credentials_of_the_api_let_nobody_in(house: IdentityServer, clock: Clock) -> None:
    with pytest.raises(SourceUnavailable):
        make_verifier(house, clock, credentials=("api", "wrong")).verify(house.sign())


def test_credentials_can_depend_on_the_account(house: IdentityServer, clock: Clock) -> None:
    seen = []

    def find(token: Token) -> tuple[str, str]:
        seen.append(token.account_id)
        return CREDENTIALS

    assert make_verifier(house, clock, credentials=find).verify(house.sign())
    assert seen == ["a" * 24]


def test_a_dead_house_is_asked_once_a_second(house: IdentityServer, clock: Clock) -> None:
    verifier = make_verifier(house, clock)
    house.answers[ASKED] = (500, b"")
    for number in range(20):
        assert not lets_in(verifier, house.sign(jti=f"{number:032}"))
    assert house.asked[ASKED] == 1


def test_no_setting_makes_the_switch_slower(clock: Clock) -> None:
    for seconds in (30.1, -1.0):
        with pytest.raises(ValueError, match="at most 30 seconds"):
            IntrospectionRevocations(credentials=CREDENTIALS, fresh_for=seconds, clock=clock)


def test_with_zero_the_house_is_asked_each_time(house: IdentityServer, clock: Clock) -> None:
    verifier, plain = make_verifier(house, clock, fresh_for=0), house.sign()
    assert lets_in(verifier, plain)
    house.revoked.add(plain)
    assert not lets_in(verifier, plain)


def test_what_is_remembered_does_not_grow_for_ever(
    house: IdentityServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "_MOST", 3)
    revocations = IntrospectionRevocations(credentials=CREDENTIALS, clock=clock)
    verifier = Verifier(
        audience="https://apps.example.com",
        issuers=Issuers(f"{house.url}/{{account}}"),
        keys=JwksKeys(house.jwks_url, clock=clock),
        revocations=revocations,
    )
    for number in range(5):
        assert verifier.verify(house.sign(jti=f"{number:032}"))
    assert len(revocations._known) == 3


def test_the_token_goes_to_its_own_issuer_and_to_no_stranger(house: IdentityServer, clock: Clock) -> None:
    verifier = make_verifier(house, clock)
    with pytest.raises(TokenInvalid):
        verifier.verify(house.mints[0].sign(iss="http://127.0.0.1:9/harbour"))
    assert verifier.verify(house.mints[0].sign(iss=f"{house.url}/lumen"))
    assert house.asked["/lumen/oauth/introspect"] == 1
    assert house.asked[ASKED] == 0
