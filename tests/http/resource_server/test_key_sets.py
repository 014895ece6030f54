"""Keys over real HTTP: kept as long as the house says, found when new, there during an outage."""

from __future__ import annotations

import json
import threading

import pytest
from joserfc.jwk import OctKey, RSAKey
from tests.factories.access_tokens import Mint
from tests.http.resource_server.identity_server import Clock, IdentityServer

from fondaco.resource_server import JwksKeys, SourceUnavailable

DAY = 24 * 3600.0


def make_keys(house: IdentityServer, clock: Clock) -> JwksKeys:
    return JwksKeys(house.jwks_url, clock=clock)


def asked(house: IdentityServer) -> int:
    return house.asked["/harbour/.well-known/jwks.json"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("public, max-age=300", 300), ("max-age=60,public", 60), ("no-store", 300), ("", 300), ("max-age=0", 5),
        ("max-age=99999999", DAY), ("s-maxage=7", 300),
    ],
)  # fmt: skip
def test_keys_are_kept_as_long_as_the_answer_says(house: IdentityServer, clock: Clock, said: str, kept: float) -> None:
    house.cache_control = said
    keys = make_keys(house, clock)
    assert keys.find("k1") is not None
    clock.now += kept - 0.5
    assert keys.find("k1") is not None
    assert asked(house) == 1
    clock.now += 0.5
    assert keys.find("k1") is not None
    assert asked(house) == 2


def test_a_new_key_is_found_at_once_and_an_old_one_is_forgotten(house: IdentityServer, clock: Clock) -> None:
    keys = make_keys(house, clock)
    assert keys.find("k1") is not None
    house.mints = [Mint("k2")]
    clock.now += 1
    found = keys.find("k2")
    assert found is not None
    assert found.as_dict(private=False)["x"] == house.mints[0].public_jwk["x"]
    clock.now += 1
    assert keys.find("k1") is None


def test_made_up_key_ids_cost_the_house_one_question_a_second(house: IdentityServer, clock: Clock) -> None:
    keys = make_keys(house, clock)
    for number in range(50):
        assert keys.find(f"made-up-{number}") is None
    assert asked(house) == 1
    clock.now += 1
    for number in range(50):
        assert keys.find(f"made-up-{number}") is None
    assert asked(house) == 2
    assert keys.find("k1") is not None


def test_an_outage_changes_nothing_for_a_day(house: IdentityServer, clock: Clock) -> None:
    keys = make_keys(house, clock)
    assert keys.find("k1") is not None
    house.stop()
    for passed in (299, 2, 3600, DAY - 3901):
        clock.now += passed
        assert keys.find("k1") is not None
        with pytest.raises(SourceUnavailable):  # whether this one is bad cannot be told
            keys.find("other")
    clock.now += 2
    with pytest.raises(SourceUnavailable):
        keys.find("k1")
    house.start()
    clock.now += 1
    assert keys.find("k1") is not None
    assert keys.find("other") is None


def test_a_house_that_was_never_there(house: IdentityServer, clock: Clock) -> None:
    house.stop()
    keys = make_keys(house, clock)
    with pytest.raises(SourceUnavailable):
        keys.find("k1")
    house.start()
    with pytest.raises(SourceUnavailable):  # asked less than a second ago
        keys.find("k1")
    clock.now += 1
    assert keys.find("k1") is not None


@pytest.mark.parametrize(
    "answer",
    [
        (500, b"{}"), (404, b"{}"), (302, b""), (200, b""), (200, b"<html>"), (200, b"[]"), (200, b"{}"),
        (200, b'{"keys": {}}'), (200, b"[" * 100_000), (200, b'{"keys": []' + b" " * 300_000 + b"}"), (200, b"\xff"),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_key_set_is_an_outage(
    house: IdentityServer, clock: Clock, answer: tuple[int, bytes]
) -> None:
    keys = make_keys(house, clock)
    assert keys.find("k1") is not None
    house.answers["/harbour/.well-known/jwks.json"] = answer
    clock.now += 400
    assert keys.find("k1") is not None
    with pytest.raises(SourceUnavailable):
        keys.find("k2")
    assert house.asked["/elsewhere"] == 0


def test_other_keys_of_the_set_are_passed_over(house: IdentityServer, clock: Clock) -> None:
    good = house.mints[0].public_jwk
    others = [
        7,
        {"kid": "rsa", **RSAKey.generate_key(2048).as_dict(private=False)},
        {"kid": "oct", **OctKey.generate_key(256).as_dict(private=True)},
        {**good, "kid": "enc", "use": "enc"},
        {**good, "kid": "es384", "alg": "ES384"},
        {**good, "kid": "p384", "crv": "P-384"},
        {**good, "kid": "broken", "x": "!"},
        {**good, "kid": "far", "x": good["y"]},
        {**good, "kid": ["list"]},
        {name: value for name, value in good.items() if name != "kid"},
    ]
    content = json.dumps({"keys": [*others, good]}).encode()
    house.answers["/harbour/.well-known/jwks.json"] = (200, content)
    keys = make_keys(house, clock)
    assert keys.find("k1") is not None
    for other in ("rsa", "oct", "enc", "es384", "p384", "broken", "far"):
        assert keys.find(other) is None


def test_many_threads_ask_once(house: IdentityServer, clock: Clock) -> None:
    keys, found = make_keys(house, clock), list[bool]()
    threads = [threading.Thread(target=lambda: found.append(keys.find("k1") is not None)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, asked(house)) == ([True] * 20, 1)
