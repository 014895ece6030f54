from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from fondaco.messaging import payloads


def test_moments_have_one_form() -> None:
    lisbon = timezone(timedelta(hours=1))
    assert payloads.timestamp(datetime(2030, 1, 2, 3, 4, 5, 678_999, tzinfo=UTC)) == "2030-01-02T03:04:05.678Z"
    assert payloads.timestamp(datetime(2030, 1, 2, 3, 4, 5, tzinfo=lisbon)) == "2030-01-02T02:04:05.000Z"


def test_text_is_compact_keeps_its_order_and_its_letters() -> None:
    assert payloads.serialise({"b": "Zoë", "a": [1, None]}) == '{"b":"Zoë","a":[1,null]}'


def test_redaction_nulls_secrets_only_and_leaves_the_original() -> None:
    body = {"id": "1", "data": {"client_id": "c", "client_secret": "s", "private_key": "k", "public_key": "p"}}
    assert payloads.redact(body)["data"] == {
        "client_id": "c",
        "client_secret": None,
        "private_key": None,
        "public_key": "p",
    }
    assert body["data"]["client_secret"] == "s"
    assert payloads.has_secrets(body)
    assert not payloads.has_secrets({"data": {"installation_id": "1"}})


def test_an_echo_is_cleaned_also_where_slashes_are_escaped() -> None:
    body = json.dumps({"data": {"client_secret": "top", "private_key": "MIG/abc=="}}).encode()
    hide = payloads.Redactor(body)
    assert hide('got "top" and "MIG\\/abc==" and MIG/abc==') == 'got "•••" and "•••" and •••'
    assert payloads.Redactor(None)("anything") == "anything"
