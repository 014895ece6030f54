"""Every kind of thing on a timeline is a sentence of its own, whoever looks and whatever it is about."""

from __future__ import annotations

import re

import pytest

from fondaco.audit.kinds import all_kinds
from fondaco.installs.states import OperationKind
from fondaco.messaging.payloads import MessageType
from fondaco.messaging.timeline import _KINDS, Side
from fondaco.messaging.timeline_words import MISSED, REACHED, describe

SHOWN = sorted({kind for side in Side for kind in _KINDS[side]})


def test_no_kind_is_told_in_the_words_of_the_audit_trail() -> None:
    meanings = {each.name: each.meaning for each in all_kinds()}
    operations = [kind for kind in SHOWN if kind.startswith("operation.")]
    news = [type_ for type_ in MessageType if type_ not in {MessageType.USER_LOGOUT, MessageType.APP_TEST}]
    told = [(kind, describe(kind, "")) for kind in SHOWN if kind not in operations]
    told += [(kind, describe(kind, operation)) for kind in operations for operation in OperationKind]
    told += [(kind, describe(kind, type_)) for kind in (REACHED, MISSED) for type_ in news]
    for kind, sentence in told:
        assert sentence != meanings.get(kind)
        assert sentence.endswith(".")
        assert "%" not in sentence
        assert "operation" not in sentence
        assert not re.search(r"app\.\w", sentence)


@pytest.mark.parametrize(
    ("kind", "about", "words"),
    [
        ("installation.failed", "", "The app's program could not be reached. It is tried again by itself."),
        (
            "installation.failed",
            "update",
            "It was not certain what became of the change, so support was asked to look.",
        ),
        ("installation.pending", "upgrade", "It is updating."),
        ("installation.pending", "", "It is being removed."),
        (REACHED, "app.trial_extended", "The app's program was told of more days of the trial."),
        ("user.added", "", "A person joined an account."),  # what has no sentence of its own
    ],
)
def test_what_it_is_about_is_in_the_sentence(kind: str, about: str, words: str) -> None:
    assert describe(kind, about) == words
