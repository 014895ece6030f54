"""Prepared statements on the connection that Django keeps for this thread, without the ORM or a cursor."""

from __future__ import annotations

from hashlib import sha256
from weakref import WeakKeyDictionary

import psycopg
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import pq

Row = tuple[str, ...]

_TUPLES, _DONE = pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK
_IS_THERE = b"42P05"  # duplicate_prepared_statement: the name says what it is
_IS_GONE = b"26000"  # invalid_sql_statement_name: a pooler has another server behind the connection now
_IDLE, _OK = pq.TransactionStatus.IDLE, pq.ConnStatus.OK


class Unavailable(Exception):
    """The statement did not run, or its result was lost; Django will find out why and say so."""


class Statement:
    """A statement that each connection prepares when it first runs it. Values go in and come out as text.

    It runs by itself, outside any transaction, so that nothing is left open whatever happens. NULL comes out as an
    empty text.
    """

    def __init__(self, name: str, sql: str) -> None:
        self.name = name
        self._sql = sql.encode()
        self._label = f"fondaco_{name}_{sha256(self._sql).hexdigest()[:8]}".encode()  # another build's is another one
        self._prepared: WeakKeyDictionary[psycopg.Connection, bool] = WeakKeyDictionary()

    def run(self, *values: str) -> list[Row]:
        """The rows; raises :class:`Unavailable`. A connection that has died, with the server say, is made anew, once;
        and on one that does not know the statement any more it is prepared anew.

        So a statement that writes may run twice and must not mind.
        """
        wrapper = connections["default"]
        for _attempt in range(2):
            connection = _usable(wrapper)
            result = self._execute(connection, [value.encode() for value in values])
            if (status := result.status) == _TUPLES or status == _DONE:
                return _read(result)
            if connection.pgconn.status != _OK:
                wrapper.close()
                continue
            self._prepared.pop(connection, None)
            if result.error_field(pq.DiagnosticField.SQLSTATE) != _IS_GONE:
                raise Unavailable(result.error_message.decode(errors="replace"))
        raise Unavailable("the database went away twice")

    def _execute(self, connection: psycopg.Connection, values: list[bytes]) -> pq.abc.PGresult:
        if connection not in self._prepared:
            result = connection.pgconn.prepare(self._label, self._sql)
            if result.status != _DONE and result.error_field(pq.DiagnosticField.SQLSTATE) != _IS_THERE:
                return result
            self._prepared[connection] = True
        return connection.pgconn.exec_prepared(self._label, values)


def _read(result: pq.abc.PGresult) -> list[Row]:
    get, columns = result.get_value, range(result.nfields)
    return [tuple([(get(row, column) or b"").decode() for column in columns]) for row in range(result.ntuples)]


def _usable(wrapper: BaseDatabaseWrapper) -> psycopg.Connection:
    """A connection at rest. One within a transaction, whole or broken, is Django's business."""
    connection: psycopg.Connection | None = wrapper.connection
    if connection is not None and connection.pgconn.transaction_status == _IDLE:
        return connection
    if connection is not None:
        if connection.pgconn.status == _OK:
            raise Unavailable("the connection is within a transaction")
        wrapper.close()
    try:
        wrapper.connect()
    except Exception as error:
        raise Unavailable(str(error)) from error
    made: psycopg.Connection = wrapper.connection
    return made
