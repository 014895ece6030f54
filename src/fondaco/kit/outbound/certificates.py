"""Looking at the certificate of a host that other people chose, with the same care as any other call."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from datetime import UTC, datetime

from fondaco.kit.outbound.client import CONNECT_SECONDS
from fondaco.kit.outbound.failures import FailureKind, OutboundError
from fondaco.kit.outbound.resolver import CheckingResolver


async def read_certificate_end(host: str, port: int = 443, *, seconds: float = CONNECT_SECONDS) -> datetime:
    """When the certificate of ``host`` ends. Raises :class:`OutboundError`, of the kind ``tls`` when it is not good."""
    resolver = CheckingResolver()
    try:
        async with asyncio.timeout(seconds):
            found = await resolver.resolve(host, port)
            _reader, writer = await asyncio.open_connection(
                found[0]["host"], port, ssl=ssl.create_default_context(), server_hostname=host
            )
    except TimeoutError as error:
        raise OutboundError(FailureKind.TIMEOUT, f"no secure connection within {seconds:g} seconds") from error
    except (ssl.SSLError, ssl.CertificateError) as error:
        raise OutboundError(FailureKind.TLS, getattr(error, "verify_message", "") or str(error)) from error
    except OSError as error:
        raise OutboundError(FailureKind.CONNECT, str(error) or type(error).__name__) from error
    try:
        ends = writer.get_extra_info("peercert")["notAfter"]
    finally:
        writer.close()
        with contextlib.suppress(OSError):  # a server may hang up without saying goodbye
            await writer.wait_closed()
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
