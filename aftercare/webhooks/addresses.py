"""Which addresses of the network a webhook may reach: public ones, and those the settings name.

Who may enter an address could otherwise make the desk ask what only the desk can reach: the
machine itself, neighbours behind the firewall, a cloud's metadata. So a name is looked up once, all
that it stands for is judged, and the connection goes to exactly what was judged (sending.py); a
name that stands for something else a moment later changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from aftercare.errors import AftercareError
from aftercare.settings import Settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LONGEST_URL = 500
#: Networks in which an IPv4 address hides, where an IPv6 address of its own says nothing.
_HIDING = tuple(
    ipaddress.ip_network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")
)


class AddressRefused(AftercareError):
    """A webhook may not go to this address; the message says why."""


@dataclass(frozen=True)
class AddressRule:
    """The private networks that are allowed although they are private."""

    networks: tuple[Network, ...]

    def allows(self, address: Address, *, encrypted: bool) -> bool:
        """Whether a webhook may connect to it; unencrypted only in the networks that are named."""
        plain = getattr(address, "ipv4_mapped", None) or address
        if any(plain in network for network in self.networks):
            return True
        return encrypted and _is_public(plain)

    def resolve(self, host: str, port: int, *, encrypted: bool) -> str:
        """The address to connect to. Raises AddressRefused, OSError where the name is unknown."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
        # A name that stands for anything forbidden is not trusted with the rest.
        if not addresses or not all(self.allows(one, encrypted=encrypted) for one in addresses):
            raise AddressRefused("the address is private, or not encrypted")
        return str(addresses[0])


def address_rule(settings: Settings) -> AddressRule:
    parts = (part.strip() for part in settings.webhook_networks.split(","))
    return AddressRule(tuple(ipaddress.ip_network(part) for part in parts if part))


def check_url(url: str, rule: AddressRule) -> str:
    """The URL as it is kept. Raises AddressRefused with a sentence for whoever entered it."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise AddressRefused("This is no web address. Write https://host/path.") from error
    if parts.scheme not in ("https", "http") or not host or len(url) > LONGEST_URL or " " in url:
        raise AddressRefused("This is no web address. Write https://host/path.")
    if parts.username or parts.password or parts.fragment:
        raise AddressRefused("Leave user, password and # out of the address.")
    if port == 0 or not url.isprintable() or not url.isascii():
        raise AddressRefused("Write the address in plain letters, other names as xn--…")
    encrypted = parts.scheme == "https"
    if not encrypted and not rule.networks:
        raise AddressRefused("Only https addresses are told of events.")
    try:
        rule.resolve(host, port or (443 if encrypted else 80), encrypted=encrypted)
    except AddressRefused as error:
        raise AddressRefused(
            "The address leads into a private network, or is not https. Private networks can be "
            "allowed with AFTERCARE_WEBHOOK_NETWORKS."
        ) from error
    except (OSError, UnicodeError) as error:
        raise AddressRefused("No server is known by this name. Check the address.") from error
    return url


def _is_public(address: Address) -> bool:
    if address.is_multicast or not address.is_global:
        return False
    return not any(address in network for network in _HIDING)
