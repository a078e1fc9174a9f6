"""Where we may connect to: every address is checked before a byte is sent, and then used as checked.

One look-up per connection. If any of the answers is not a public address, the host is refused as a
whole: whoever mixes them is rebinding or mistaken. Behind an egress proxy the proxy looks up, and what
can be refused by its looks still is.
"""

import socket
import threading
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from time import monotonic
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

from copytaster.config import BadSetting, Settings
from copytaster.errors import Unusable
from copytaster.fetch.deadline import Deadline

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
Resolver: TypeAlias = Callable[..., list[Any]]  # socket.getaddrinfo and its likes

_MOST_ADDRESSES = 4
_MOST_LOOK_UPS = 64  # at a time; those that hang hold their thread until the system gives up
_looking_up = threading.BoundedSemaphore(_MOST_LOOK_UPS)
#: Names that resolvers know without asking the internet (RFC 6761, 6762, 8375, 9476).
_LOCAL_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "onion", "alt")
_PORTS = {"http": 80, "https": 443}
_NAT64 = IPv6Network("64:ff9b::/96")  # ends in the IPv4 address that is meant
# Registered as global, or not known as special everywhere, and yet no place of news sites.
_NOT_PUBLIC: tuple[Network, ...] = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments; a cloud's metadata
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv4Network("168.63.129.16/32"),  # a cloud's metadata and DNS
    IPv6Network("::/96"),  # IPv4-compatible
    IPv6Network("64:ff9b:1::/48"),  # local NAT64
    IPv6Network("100::/64"),  # discard
    IPv6Network("2001::/23"),  # Teredo, ORCHID, benchmarks
    IPv6Network("2002::/16"),  # 6to4
    IPv6Network("3fff::/20"),  # documentation
    IPv6Network("5f00::/16"),  # segment routing
    IPv6Network("fec0::/10"),  # site-local
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """The egress proxy that an operator has set up on purpose."""

    host: str
    port: int
    headers: tuple[tuple[str, str], ...] = ()  # for the proxy alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One host of a URL and the checked places where it answers; the first that connects is used."""

    host: str  # without brackets
    port: int
    tls: bool
    places: tuple[tuple[socket.AddressFamily, Any], ...]  # family and sockaddr
    proxy: Proxy | None = None  # the places are its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The operator's network settings, parsed."""

    ports: frozenset[int]
    networks: tuple[Network, ...]
    detours: dict[tuple[str, int], tuple[str, int]]
    proxy: Proxy | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Policy":
        """Parse ``allowed_ports``, ``allowed_networks``, ``connect_to`` and ``egress_proxy``; raise ``BadSetting``."""
        return _policy(
            settings.allowed_ports, settings.allowed_networks, settings.connect_to, settings.egress_proxy
        )


def target_of(url: str, policy: Policy, resolve: Resolver, deadline: Deadline) -> Target:
    """Look the host of a canonical URL up once and check every answer.

    Raises ``Unusable("forbidden_address")``, ``OSError`` (``socket.gaierror``: no such name) and
    ``TimeoutError``. A ``connect_to`` pair and the egress proxy are the operator's word and are not checked.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    detour = policy.detours.get((host, port))
    if detour is None and port not in policy.ports:
        raise Unusable("forbidden_address", f"port {port}")
    proxy = policy.proxy if detour is None else None
    if proxy is not None:
        _check_name(host, policy)
        answers = _look_up(proxy.host, proxy.port, resolve, deadline)
    else:
        answers = _look_up(*(detour or (host, port)), resolve, deadline)
    places = tuple(dict.fromkeys((answer[0], answer[4]) for answer in answers))
    for _, place in places if detour is None and proxy is None else ():
        check_address(str(place[0]), policy, host)
    if not places:
        raise OSError(f"no address for {host}")
    tls = parts.scheme == "https"
    return Target(host=host, port=port, tls=tls, places=places[:_MOST_ADDRESSES], proxy=proxy)


def _check_name(host: str, policy: Policy) -> None:
    """Refuse what a proxy must not even be asked for: addresses that are not public, and local names."""
    if _is_literal(host):
        check_address(host, policy, host)
    elif "." not in host or any(host.endswith(f".{name}") for name in _LOCAL_NAMES):
        raise Unusable("forbidden_address", f"{host} is a local name")


def check_address(address: str, policy: Policy, host: str) -> None:
    """Raise ``Unusable("forbidden_address")`` unless the address is public or explicitly allowed."""
    try:
        parsed = ip_address(address)
    except ValueError:
        raise Unusable("forbidden_address", f"{host}: {address}") from None
    if not is_public(parsed) and not any(parsed in network for network in policy.networks):
        raise Unusable("forbidden_address", f"{host} is at {address}")


def is_public(address: Address) -> bool:
    """Say whether an address belongs to the public internet, looking through IPv6 wrappers of IPv4."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
        if address.scope_id is not None:
            return False
    if any(address in network for network in _NOT_PUBLIC if network.version == address.version):
        return False
    special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    return address.is_global and not special


class Remembering:
    """A resolver that keeps answers for a minute: a batch asks a host again and again, and each look-up costs a thread.

    What is remembered is checked at each use like any other answer.
    """

    seconds = 60.0

    def __init__(self, resolve: Resolver) -> None:
        self._resolve = resolve
        self._answers: dict[tuple[str, int], tuple[float, list[Any]]] = {}

    def __call__(self, host: str, port: int, *arguments: Any) -> list[Any]:
        """Ask, and remember the answer."""
        answers = self._resolve(host, port, *arguments)
        self._answers[host, port] = monotonic() + self.seconds, answers
        return answers

    def known(self, host: str, port: int) -> list[Any]:
        """Give the answers of the last minute; empty if there are none."""
        until, answers = self._answers.get((host, port), (0.0, []))
        return answers if monotonic() < until else []


def _look_up(host: str, port: int, resolve: Resolver, deadline: Deadline) -> list[Any]:
    """Resolve within the deadline: the system's resolver cannot be interrupted, so it gets a thread."""
    numeric = socket.AI_NUMERICHOST if _is_literal(host) else 0
    arguments = (host, port, socket.AF_UNSPEC, socket.SOCK_STREAM, 0, numeric)
    if numeric:
        return resolve(*arguments)
    if isinstance(resolve, Remembering) and (known := resolve.known(host, port)):
        return known
    answers: list[Any] = []
    faults: list[Exception] = []
    places = _looking_up  # the thread may outlive this call, and must give back what was taken here

    def ask() -> None:
        try:
            answers.extend(resolve(*arguments))
        except (OSError, UnicodeError) as error:
            faults.append(error)
        finally:
            places.release()

    if not places.acquire(timeout=deadline.remaining()):
        raise TimeoutError("too many names wait for an answer from DNS")
    thread = threading.Thread(target=ask, name="resolve", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # no more threads: nobody would give the place back
        places.release()
        raise
    thread.join(deadline.remaining())
    if thread.is_alive():
        raise TimeoutError("no answer from DNS")
    if faults:
        raise OSError(f"no address for {host}: {faults[0]}") from faults[0]
    return answers


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=16)
def _policy(ports: str, networks: str, connect_to: str, proxy: str) -> Policy:
    try:
        return Policy(
            ports=frozenset(int(port) for port in _listed(ports)),
            networks=tuple(ip_network(network, strict=False) for network in _listed(networks)),
            detours=dict(_detour(pair) for pair in _listed(connect_to)),
            proxy=_proxy(proxy) if proxy else None,
        )
    except ValueError as error:
        names = "allowed_ports, allowed_networks, connect_to or egress_proxy"
        raise BadSetting(f"{names} cannot be read: {error}") from None


def _listed(text: str) -> list[str]:
    return [item for part in text.split(",") if (item := part.strip())]


def _detour(pair: str) -> tuple[tuple[str, int], tuple[str, int]]:
    name, equals, place = pair.partition("=")
    if not equals:
        raise ValueError(f"{pair!r} is not name:port=address:port")
    return _host_and_port(name), _host_and_port(place)


def _host_and_port(text: str) -> tuple[str, int]:
    host, colon, port = text.strip().rpartition(":")
    if not colon or not host:
        raise ValueError(f"{text!r} is not host:port")
    return host.removeprefix("[").removesuffix("]").lower(), int(port)


def _proxy(text: str) -> Proxy:
    parts = urlsplit(text)
    if parts.scheme != "http" or not parts.hostname or not parts.port:
        raise ValueError("egress_proxy is not http://host:port")  # without its value: it may hold a password
    headers: tuple[tuple[str, str], ...] = ()
    if parts.username is not None:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        headers = (("Proxy-Authorization", f"Basic {b64encode(secret).decode('ascii')}"),)
    return Proxy(host=parts.hostname, port=parts.port, headers=headers)
