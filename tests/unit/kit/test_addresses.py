import contextlib
import ipaddress
from collections.abc import Iterator

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from fondaco.kit.outbound import BadUrl, check_url, is_allowed


@pytest.fixture(autouse=True, scope="module")
def _production() -> Iterator[None]:
    with override_settings(OUTBOUND_ALLOW_LOOPBACK=False, OUTBOUND_ALLOWED_NETWORKS=[]):
        yield


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.8.8.8", "168.63.129.16",
        "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.168.1.1", "198.18.0.1",
        "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::8.8.8.8",
        "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd00:ec2::254",
        "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "", "localhost", "1.2.3", "1.2.3.4.5",
    ],
)  # fmt: skip
def test_refused(address: str) -> None:
    assert is_allowed(address) is False


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "223.255.255.255", "2606:4700::1111"]
)
def test_allowed(address: str) -> None:
    assert is_allowed(address) is True


@given(st.ip_addresses())
def test_never_more_open_than_python(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_allowed(address):
        assert address.is_global
        assert not address.is_multicast


@override_settings(OUTBOUND_ALLOW_LOOPBACK=True)
def test_loopback_on_request_opens_nothing_else() -> None:
    assert is_allowed("127.0.0.1")
    assert is_allowed("::1")
    assert not is_allowed("10.0.0.1")
    assert not is_allowed("169.254.169.254")
    assert not is_allowed("::ffff:127.0.0.1")


@override_settings(OUTBOUND_ALLOWED_NETWORKS=["10.1.0.0/16", "fd12::/64"])
def test_named_networks_are_open() -> None:
    assert is_allowed("10.1.2.3")
    assert is_allowed("fd12::5")
    assert not is_allowed("10.2.0.1")
    assert not is_allowed("127.0.0.1")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com:8443/a?b=c",
        "https://münchen.example/",
        "https://[2606:4700::1111]/x",
    ],
)
def test_good_urls(url: str) -> None:
    check_url(url, allow_http=False)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "https://"),
        ("example.com/events", "must begin with https://"),
        ("http://example.com", "must begin with https://"),
        ("ftp://example.com", "must begin with https://"),
        ("javascript:alert(1)", "must begin with https://"),
        ("https://", "no host"),
        ("https:///path", "no host"),
        ("https://example.com:99999/", "not a complete web address"),
        ("https://[::1", "not a complete web address"),
        (f"https://{'a' * 70}.com/", "not a complete web address"),
        ("https://me:secret@example.com/", "password"),
        ("https://me@example.com/", "password"),
        ("https://example.com/#part", "“#”"),
        ("https://exa mple.com/", "spaces"),
        ("https://example.com\\@evil.example/", "backslashes"),
        ("https://example.com/\r\nHost: x", "spaces"),
        ("https://example.com/" + "a" * 2000, "2000 characters"),
        ("https://127.0.0.1/", "private"),
        ("https://127.1/", "private"),
        ("https://0x7f000001/", "private"),
        ("https://2130706433/", "private"),
        ("https://0177.0.0.1/", "private"),
        ("https://[::1]/", "private"),
        ("https://[::ffff:127.0.0.1]/", "private"),
        ("https://169.254.169.254/latest/meta-data", "private"),
        ("https://localhost/", "private"),
        ("https://LOCALHOST./", "private"),
        ("https://a.localhost/", "private"),
    ],
)
def test_bad_urls_say_what_is_wrong(url: str, words: str) -> None:
    with pytest.raises(BadUrl) as caught:
        check_url(url, allow_http=False)
    assert words in str(caught.value)
    assert caught.value.code == "bad-url"


@override_settings(OUTBOUND_ALLOW_LOOPBACK=True)
def test_development_may_name_this_machine() -> None:
    check_url("http://127.0.0.1:9000/events", allow_http=True)
    check_url("http://localhost:9000/events#x", allow_http=True, allow_fragment=True)


@given(st.text())
def test_any_text_is_either_fine_or_a_bad_url(text: str) -> None:
    with contextlib.suppress(BadUrl):
        check_url("https://" + text, allow_http=False)
