"""For walks that ask thousands of times: who asks is read from the database once, and copied from then on.

Every request of a walk is undone, so whoever asks is each time what they were at first.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import cached_property, partial
from typing import Any, TypeVar

import pytest
from django.contrib.sessions.backends.db import SessionStore

from fondaco.kit.errors import NotFound
from fondaco.surfaces.api.management import door
from fondaco.surfaces.api.management.door import Door
from fondaco.surfaces.site import sign_in
from fondaco.surfaces.site.sign_in import SID
from fondaco.surfaces.site.viewer import Viewer

T = TypeVar("T")


class Memory:
    """What was asked before; every answer is a fresh copy, so that no request changes the next one's."""

    def __init__(self) -> None:
        self._known: dict[Any, bytes] = {}

    def recall(self, key: Any, ask: Callable[[], T], *, keep: Callable[[T], bool] = bool) -> T:
        """The answer to ``key``; only one that ``keep`` agrees to is remembered."""
        if key in self._known:
            known: T = pickle.loads(self._known[key])
            return known
        found = ask()
        if keep(found):
            self._known[key] = pickle.dumps(found)
        return found


def remember_who_asks(patch: pytest.MonkeyPatch) -> None:
    """Sessions, who is signed in, and their places."""
    memory = Memory()
    load, find, places = SessionStore.load, sign_in.find_signed_in, Viewer.places.func  # type: ignore[attr-defined]

    def load_session(store: Any) -> dict[str, Any]:
        return memory.recall(("session", store.session_key), lambda: load(store), keep=lambda found: SID in found)

    def find_signed_in(**ids: Any) -> Any:
        return memory.recall(("signed in", *ids.values()), lambda: find(**ids))

    def find_places(viewer: Viewer) -> Any:
        person = viewer.person.pk if viewer.person else None
        return memory.recall(("places", person, viewer.bound_to), lambda: places(viewer))

    remembered: Any = cached_property(find_places)
    remembered.__set_name__(Viewer, "places")
    patch.setattr(SessionStore, "load", load_session)
    patch.setattr(sign_in, "find_signed_in", find_signed_in)
    patch.setattr(Viewer, "places", remembered)


def remember_who_calls(patch: pytest.MonkeyPatch) -> None:
    """The same for the management API: whose token it is, and what they are at the place of the path."""
    memory = Memory()
    find, find_holder = door._find_caller, Door._find_holder

    def find_caller(request: Any, **needs: bool) -> Any:
        key = (request.headers.get("Authorization"), *needs.values())
        return memory.recall(key, lambda: find(request, **needs))

    def holder_or_none(asked: Door, caller: Any, path: Any) -> Any:
        try:
            return find_holder(asked, caller, path)
        except NotFound:
            return None

    def find_holder_again(asked: Door, caller: Any, path: Any) -> Any:
        place = (asked.place, path.get("account_id"), path.get("partner_id"))
        name = {"account": "as_user", "partner": "as_member", "operator": "as_operator"}[asked.place]
        ask = partial(holder_or_none, asked, caller, path)
        holder = memory.recall((caller.token.pk, *place), ask, keep=lambda _holder: True)
        if holder is None:
            raise NotFound
        setattr(caller, name, holder)
        return holder

    patch.setattr(door, "_find_caller", find_caller)
    patch.setattr(Door, "_find_holder", find_holder_again)
