"""Loading is not interrupted by the collector, and what was loaded is never its business again."""

from __future__ import annotations

import gc

import pytest

from fondaco.kit.loading import uncollected


def test_what_is_loaded_is_left_alone_ever_after() -> None:
    before = gc.get_freeze_count()
    with uncollected():
        assert not gc.isenabled()
        loaded = [[number] for number in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(loaded)


def test_the_collector_is_as_it_was_also_after_an_error() -> None:
    with pytest.raises(LookupError), uncollected():
        raise LookupError
    assert gc.isenabled()
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
