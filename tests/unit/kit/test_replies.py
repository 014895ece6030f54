"""What somebody wrote themselves, in the mails of many programs."""

from __future__ import annotations

import pytest

from fondaco.kit.replies import read_reply, strip_quoted


@pytest.mark.parametrize(
    "text",
    [
        "Yes.\n\nOn 4 May 2026, at 10:12, Jon <jon@x.example> wrote:\n\n> Why?\n> Really?",
        "Yes.\n\nOn Mon, May 4, 2026 at 10:12 AM Jon Okafor via Fondaco\n<hello@fondaco.example> wrote:\n\n> Why?",
        "Yes.\r\n\r\nAm 04.05.2026 um 10:12 schrieb Jon:\r\n> Why?",
        "Yes.\n\n-----Original Message-----\nFrom: Jon\nWhy?",
        "Yes.\n\n________________________________\nFrom: Jon <jon@x.example>\nSent: Monday\n\nWhy?",
        "Yes.\n\nVon: Jon <jon@x.example>\nGesendet: Montag\n\nWhy?",
        "Yes.\n\n##- Answer above this line, or on the page below.\n\nJon asks: Why?",
        "Yes.\n-- \nMara Lind\nLedgerline",
        "> Why?\n\nYes.",
        "Yes.\n> Why?\n",
    ],
)
def test_the_quotation_goes(text: str) -> None:
    assert strip_quoted(text) == "Yes."


@pytest.mark.parametrize(
    "text", ["Note:\nit works since 2024.", "Use this:\n\ncurl https://a.example", "a - b -- c", "Two\n\nparagraphs"]
)
def test_what_is_no_quotation_stays(text: str) -> None:
    assert strip_quoted(text) == text


def test_mails_that_are_only_html() -> None:
    raw = (
        b"From: Mara <mara@x.example>\nTo: a@b.example\nContent-Type: text/html; charset=utf-8\n\n"
        b"<html><head><style>p{}</style></head><body><p>Yes &amp; no.</p><p>Second</p>"
        b"<blockquote>Why?</blockquote></body></html>"
    )
    reply = read_reply(raw)
    assert (reply.text, reply.sender, reply.recipients) == ("Yes & no.\n\nSecond", "mara@x.example", ("a@b.example",))
    assert reply.message_id.endswith("@unnamed>")
    assert read_reply(raw).message_id == reply.message_id
