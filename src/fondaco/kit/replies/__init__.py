"""Answers by mail: addresses that say where an answer belongs, and the way of a mail into a conversation."""

from fondaco.kit.replies.addresses import parse_reply_address, reply_address
from fondaco.kit.replies.errors import ReplyRefused, ReplyUnreadable
from fondaco.kit.replies.reading import MARK, MOST_BYTES, Reply, read_reply, shorten, strip_quoted
from fondaco.kit.replies.receiving import Origin, Outcome, receive_mail, take_in_once, takes_in

__all__ = [
    "MARK",
    "MOST_BYTES",
    "Origin",
    "Outcome",
    "Reply",
    "ReplyRefused",
    "ReplyUnreadable",
    "parse_reply_address",
    "read_reply",
    "receive_mail",
    "reply_address",
    "shorten",
    "strip_quoted",
    "take_in_once",
    "takes_in",
]
