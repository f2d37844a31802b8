"""Which address a call to a model server goes to.

A tenant chooses the endpoint, and the control plane has checked it against the operator's list. The name can have
another address by now, so it is resolved here, addresses that no model server can have are refused, and the call goes
to the address that was checked.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass

import httpx

_METADATA = frozenset(
    ipaddress.ip_address(text) for text in ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254")
)
_THIS_NETWORK = ipaddress.IPv4Network("0.0.0.0/8")
_RESERVED = ipaddress.IPv4Network("240.0.0.0/4")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class RefusedAddressError(ValueError):
    """The endpoint has an address that no model server can have."""


@dataclass(frozen=True)
class CheckedEndpoint:
    """Where to connect, and the ``Host`` header with the endpoint's own name."""

    url: httpx.URL
    host: str


async def checked_endpoint(url: str) -> CheckedEndpoint:
    """Resolves the endpoint's host. Raises ``RefusedAddressError`` or ``httpx.ConnectError``."""
    parsed = httpx.URL(url)
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise RefusedAddressError(f"{parsed.host}: an endpoint has no user info, query or fragment")
    host = parsed.netloc.decode("ascii")
    addresses = await _addresses(parsed)
    for address in addresses:
        reason = refusal(address)
        if reason:
            raise RefusedAddressError(f"{parsed.host} has {reason}")
    if parsed.scheme != "http":
        # The certificate must be for the name, so a server at another address cannot answer in its place.
        return CheckedEndpoint(parsed, host)
    return CheckedEndpoint(parsed.copy_with(host=str(addresses[0])), host)


def refusal(address: Address) -> str | None:
    """Why no model server can have an address; none if it can."""
    effective = _embedded(address) or address
    if address.is_link_local or effective.is_link_local:
        return "a link-local address"
    if address in _METADATA or effective in _METADATA:
        return "the address of a metadata service"
    if effective.is_unspecified or effective in _THIS_NETWORK:
        return "an unspecified address"
    if effective.is_multicast or effective in _RESERVED:
        return "a multicast or reserved address"
    return None


def _embedded(address: Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


async def _addresses(url: httpx.URL) -> list[Address]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            url.host, url.port or (443 if url.scheme == "https" else 80), type=socket.SOCK_STREAM
        )
    except OSError as error:
        raise httpx.ConnectError(f"{url.host} has no address") from error
    addresses = [ipaddress.ip_address(entry[4][0].split("%")[0]) for entry in found]
    # As the control plane does: many servers listen on IPv4 only, and their name also has an IPv6 address.
    return sorted(addresses, key=lambda address: address.version)
