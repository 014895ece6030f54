"""`POST /events`: verify, store, say 204. The work is done afterwards, in the background."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import replace

from flask import Blueprint, Response, jsonify, request

from hello_partner.misbehave import Switch
from hello_partner.signatures import (
    KEY_ID_HEADER,
    SIGNATURE_HEADER,
    KeyUnavailableError,
    SignatureKeys,
    SignatureRefusedError,
)
from hello_partner.store import Store, StoredEvent
from hello_partner.worker import Worker

log = logging.getLogger("hello_partner")


def make_blueprint(store: Store, keys: SignatureKeys, worker: Worker, switch: Switch, hang_seconds: float) -> Blueprint:
    """The callback endpoint. 204 stored (also when stored before), 400 unreadable, 401 not believed, 503 try again."""
    blueprint = Blueprint("events", __name__)

    @blueprint.post("/events")
    def receive() -> Response:
        # The raw bytes are what was signed: parse later, never serialise again.
        body = request.get_data(cache=False)
        try:
            root = keys.verify(body, request.headers.get(SIGNATURE_HEADER), request.headers.get(KEY_ID_HEADER))
        except SignatureRefusedError as error:
            log.warning("an event was refused: %s", error)
            return _refuse(401, str(error))
        except KeyUnavailableError as error:
            log.warning("the signing key is unavailable: %s", error)
            return _refuse(503, "the signing key is unavailable; deliver again later")
        event = read_event(root, body)
        if event is None:
            return _refuse(400, "the body is not an event")
        known = store.get_installation(event.installation_id)
        if known is not None and known.root != root:
            return _refuse(401, "another platform owns this installation")
        mode = switch.get(event.app_id).mode
        if mode == "hang":
            time.sleep(hang_seconds)
        if mode in ("hang", "error"):
            return _refuse(500, f"misbehaving as told: {mode}")
        if json.loads(body).get("is_test") is True:
            is_new = store.add_event(replace(event, body=b"", note="a test: it asks for nothing"), state="ignored")
        elif mode == "silent":
            is_new = store.add_event(replace(event, body=b"", note="kept silent as told"), state="ignored")
        else:
            is_new = store.add_event(event, state="waiting")
        if is_new:
            worker.wake()
        log.info("%s %s for %s: %s", event.type, event.id, event.installation_id, "stored" if is_new else "known")
        return Response(status=204)

    return blueprint


def read_event(root: str, body: bytes) -> StoredEvent | None:
    """The event in a verified body; None when a part that every event has is missing."""
    content = json.loads(body)
    data = content.get("data") if isinstance(content, dict) else None
    if not isinstance(data, dict):
        return None
    parts = [content.get("id"), content.get("type"), content.get("app_id"), data.get("installation_id")]
    if not all(isinstance(part, str) and part for part in parts):
        return None
    return StoredEvent(
        seq=0,
        root=root,
        id=content["id"],
        type=content["type"],
        app_id=content["app_id"],
        installation_id=data["installation_id"],
        body=body,
        state="waiting",
        attempts=0,
        received_at=time.time(),
        note="",
    )


def _refuse(status: int, reason: str) -> Response:
    answer = jsonify(error=reason)
    answer.status_code = status
    return answer
