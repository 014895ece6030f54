"""Where the deployment's own keys come from: the environment, or, in development, files made once in FONDACO_HOME.

A key ring is a comma-separated list ``id:base64``; the first entry is used for new values, the others still open old
ones, so a key is rotated by putting a new one in front.
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from fondaco.config.environment import BadSetting


def secret_key(home: Path, *, development: bool) -> str:
    """Django's ``SECRET_KEY`` (signed cookies and links)."""
    return _read("FONDACO_SECRET_KEY", home / "secret.key", development=development)


def master_keys(home: Path, *, development: bool) -> dict[str, bytes]:
    """Key ring that wraps the data keys of sealed values: ``{id: 32 bytes}``, current first."""
    return _ring("FONDACO_MASTER_KEYS", home / "master.keys", development=development)


def hash_keys(home: Path, *, development: bool) -> dict[str, bytes]:
    """Key ring for keyed hashes of secrets that are only ever compared: ``{id: 32 bytes}``, current first."""
    return _ring("FONDACO_HASH_KEYS", home / "hash.keys", development=development)


def _ring(name: str, path: Path, *, development: bool) -> dict[str, bytes]:
    ring: dict[str, bytes] = {}
    for entry in _read(name, path, development=development).split(","):
        key_id, _, value = entry.strip().partition(":")
        try:
            key = base64.b64decode(value, validate=True)
        except ValueError:
            key = b""
        if len(key) != 32 or not key_id:
            raise BadSetting(f"{name} must list id:base64 pairs of 32-byte keys; the entry {key_id!r} is not one.")
        ring[key_id] = key
    return ring


def _read(name: str, path: Path, *, development: bool) -> str:
    if value := os.environ.get(name):
        return value
    if not development:
        raise BadSetting(f"{name} is not set. Outside development it is required; `fondaco keys` prints fresh ones.")
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return _create(path)


def _create(path: Path) -> str:
    fresh = "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process was first; its key is the one that counts
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(fresh)
    return fresh
