"""Which addresses the worker connects to."""

import asyncio
import ipaddress

import httpx
import pytest

from whetstone_worker import endpoint_address
from whetstone_worker.bounded_http import post_json
from whetstone_worker.endpoint_address import RefusedAddressError, checked_endpoint, refusal


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("169.254.169.254", "link-local"),
        ("::ffff:169.254.169.254", "link-local"),
        ("64:ff9b::a9fe:a9fe", "link-local"),
        ("2002:a9fe:a9fe::1", "link-local"),
        ("fe80::1", "link-local"),
        ("100.100.100.200", "metadata"),
        ("fd00:ec2::254", "metadata"),
        ("0.0.0.0", "unspecified"),  # noqa: S104
        ("0.1.2.3", "unspecified"),
        ("::", "unspecified"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "multicast"),
        ("ff02::1", "multicast"),
    ],
)
def test_should_refuse_addresses_that_no_model_server_has(address, reason):
    assert reason in refusal(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.7", "fd12::1", "93.184.216.34"])
def test_should_allow_other_addresses(address):
    assert refusal(ipaddress.ip_address(address)) is None


def test_should_connect_to_the_address_that_was_checked(local_server, monkeypatch):
    server = local_server(lambda *_: (200, {}))
    port = httpx.URL(server.url).port
    resolve_as(monkeypatch, "127.0.0.1")

    answer = post_json(f"http://renamed.example:{port}/tokenize", {}, seconds=10)

    assert answer.status_code == 200
    assert server.headers[0]["Host"] == f"renamed.example:{port}"


def test_should_not_connect_to_a_name_that_moved_to_a_metadata_service(monkeypatch):
    resolve_as(monkeypatch, "169.254.169.254")

    with pytest.raises(RefusedAddressError, match=r"renamed\.example has a link-local address"):
        post_json("http://renamed.example/tokenize", {}, seconds=10)


@pytest.mark.parametrize("url", ["http://user:pw@127.0.0.1/a", "http://127.0.0.1/a?b=c", "http://127.0.0.1/a#b"])
def test_should_refuse_more_than_a_base_url(url):
    with pytest.raises(RefusedAddressError):
        asyncio.run(checked_endpoint(url))


def resolve_as(monkeypatch, address: str) -> None:
    async def addresses(_):
        return [ipaddress.ip_address(address)]

    monkeypatch.setattr(endpoint_address, "_addresses", addresses)
