"""Tokens for clients, and looking into tokens: against node oidc-provider, and against a constant on the same server.

Everything shares one PostgreSQL. Each server has as many processes as the others; only one is under load at a time.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Final

from benchmarks.context import Context
from benchmarks.load import Target
from benchmarks.rounds import Comparison
from benchmarks.token_world import Peer, Site, install_peer

FEW, MANY = 100, 100_000
_CLOSE: Final = 9  # rounds: the two are so close that five say too little
_CONSTANT: Final = "benchmarks.peers.constant:application"


def bench(context: Context) -> Iterator[Comparison]:
    """Token, then introspection: each against its peers, and many clients against few."""
    subprocess.run([context.root / "deploy" / "wrk"], check=True)
    server, peer = context.database(), install_peer(context)
    few = Site(context, server, FEW)
    ours = few.ours("token", few.granting)
    yield from _compare("oidc-provider", 2.0, ours, Peer(few, peer, stores_tokens=False).granting())
    yield from _compare("constant", 0.6, ours, few.other("constant", _CONSTANT, "token", few.granting))
    asking = few.other("one statement", "benchmarks.peers.one_statement:application", "token", few.granting)
    yield from _compare("one-statement", None, ours, asking)
    many = Site(context, server, MANY)
    yield from _compare(
        f"{FEW}-clients",
        0.9,
        many.ours("token", many.granting, name=f"token, {MANY} clients"),
        # As many requests to choose from, lest wrk's own memory make the difference.
        few.ours("token", few.requests(MANY), name=f"token, {FEW} clients"),
        rounds=_CLOSE,
    )

    looking = few.introspecting(FEW)
    ours = few.ours("introspect", looking)
    yield from _compare("introspect:oidc-provider", 2.0, ours, Peer(few, peer, stores_tokens=True).introspecting())
    yield from _compare("introspect:constant", 0.6, ours, few.other("constant", _CONSTANT, "introspect", looking))
    yield from _compare(
        f"introspect:{FEW}-clients",
        0.9,
        _seen(many.ours("introspect", many.introspecting(MANY), name=f"introspect, {MANY} clients")),
        few.ours("introspect", few.introspecting(MANY), name=f"introspect, {FEW} clients"),
        rounds=_CLOSE,
    )


def _seen(ours: Target) -> Target:
    """Each process has verified nearly each token: requests are drawn at random, about one for each in a round."""
    sys.stdout.write(f"at first, when no token is known: {ours.measure():.0f} requests/s\n")
    for _ in range(5):
        ours.measure()
    return ours


def _compare(peer: str, goal: float | None, ours: Target, theirs: Target, *, rounds: int = 5) -> Iterator[Comparison]:
    ours.rounds.clear()
    yield Comparison(
        peer=peer,
        unit="requests/s",
        better="higher",
        goal=goal,
        ours=ours.measure,
        theirs=theirs.measure,
        rounds=rounds,
    )
    sys.stdout.write(f"{ours.line()}\n{theirs.line()}\n\n")
    sys.stdout.flush()
