"""Many rows as one parameter of a statement, which opens it by ``json_to_recordset(%s::json) AS t(name type, …)``.

The driver writes arrays in Python, item by item; for hundreds of rows that takes longer than the statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec


def write_rows(rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows as JSON, in their order. Ids, moments and nested JSON may be in them as they are."""
    return msgspec.json.encode(list(rows)).decode()
