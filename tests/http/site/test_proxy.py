"""Behind a proxy the address that counts is the one the proxy itself saw."""

from __future__ import annotations

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from fondaco.surfaces.site.middleware import ProxyMiddleware


def seen(forwarded: str) -> str:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded} if forwarded else {})
    addresses: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        addresses.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    ProxyMiddleware(view)(request)
    return addresses[0]


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [("", "127.0.0.1"), ("198.51.100.7", "198.51.100.7"), ("10.0.0.1, spoofed, 198.51.100.7", "198.51.100.7")],
)
def test_the_proxy_says_who_asks(settings: Settings, forwarded: str, expected: str) -> None:
    settings.BEHIND_PROXY = True
    assert seen(forwarded) == expected


def test_without_a_proxy_nobody_is_believed(settings: Settings) -> None:
    settings.BEHIND_PROXY = False
    with pytest.raises(MiddlewareNotUsed):
        ProxyMiddleware(lambda request: HttpResponse())
