import os

import pytest
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from fondaco.kit import crypto

OLD, NEW = {"old": b"o" * 32}, {"new": b"n" * 32}
master = override_settings(MASTER_KEYS=OLD, HASH_KEYS=OLD)


@given(st.binary(max_size=2000), st.text(max_size=40))
def test_sealed_reads_back_only_in_its_context(plain: bytes, context: str) -> None:
    sealed = crypto.seal(plain, context=context)
    assert crypto.unseal(sealed, context=context) == plain
    with pytest.raises(crypto.SealBroken):
        crypto.unseal(sealed, context=context + "x")


@given(st.data())
@settings(max_examples=200)
def test_one_changed_byte_anywhere_breaks_the_seal(data: st.DataObject) -> None:
    sealed = bytearray(crypto.seal(b"secret", context="here"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(crypto.SealBroken):
        crypto.unseal(bytes(sealed), context="here")


@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(crypto.SealBroken):
        crypto.unseal(noise, context="here")


def test_the_same_value_is_never_sealed_alike() -> None:
    sealed = {crypto.seal(b"secret", context="here") for _ in range(50)}
    assert len(sealed) == 50
    assert not any(b"secret" in each for each in sealed)


def test_rewrap_moves_to_the_current_key_and_keeps_the_content() -> None:
    with master:
        sealed = crypto.seal(b"secret", context="here")
        assert sealed.startswith(crypto.current_prefix())
        assert crypto.rewrap(sealed) == sealed
    with override_settings(MASTER_KEYS={**NEW, **OLD}):
        assert crypto.unseal(sealed, context="here") == b"secret"
        moved = crypto.rewrap(sealed)
        assert moved.startswith(crypto.current_prefix())
    with override_settings(MASTER_KEYS=NEW):
        assert crypto.unseal(moved, context="here") == b"secret"
        with pytest.raises(crypto.SealBroken, match="'old'"):
            crypto.unseal(sealed, context="here")


def test_a_key_id_whose_key_has_changed_is_told() -> None:
    with master:
        sealed = crypto.seal(b"secret", context="here")
    with override_settings(MASTER_KEYS={"old": b"x" * 32}), pytest.raises(crypto.SealBroken, match="another value"):
        crypto.unseal(sealed, context="here")


def test_hashes_verify_under_every_key_of_the_ring() -> None:
    secret = crypto.new_secret()
    with master:
        stored = crypto.keyed_hash(secret)
    assert stored.startswith("old:")
    assert len(stored) == len("old:") + 64
    with override_settings(HASH_KEYS={**NEW, **OLD}):
        assert crypto.verify_hash(secret, stored)
        assert not crypto.verify_hash(secret + "x", stored)
        assert crypto.keyed_hashes(secret) == [crypto.keyed_hash(secret), stored]
    with override_settings(HASH_KEYS=NEW):
        assert not crypto.verify_hash(secret, stored)


@pytest.mark.parametrize("stored", ["", "old", "old:", "old:é", "k1:00"])
def test_a_malformed_hash_matches_nothing(stored: str) -> None:
    assert not crypto.verify_hash("secret", stored)


def test_secrets_differ_carry_their_prefix_and_a_checksum() -> None:
    made = {crypto.new_secret("fdp_") for _ in range(100)}
    assert len(made) == 100
    assert {len(each) for each in made} == {4 + 43 + 6}
    assert all(crypto.is_well_formed_secret(each, "fdp_") for each in made)
    one = made.pop()
    assert not crypto.is_well_formed_secret(one, "fdc_")
    assert not crypto.is_well_formed_secret(one[:-1] + ("a" if one[-1] != "a" else "b"), "fdp_")
    assert not crypto.is_well_formed_secret("")
    assert len(crypto.new_secret(bytes=16)) == 22 + 6


@given(st.text(max_size=60))
def test_noise_is_no_secret(text: str) -> None:
    assert not crypto.is_well_formed_secret(text, "fdp_" + os.urandom(2).hex())
