"""What a URL means: its canonical form, its host, its site. Pure: nothing is looked up anywhere."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import idna
from tld import get_fld
from w3lib.url import canonicalize_url

from copytaster.errors import Unusable

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST_URL = 4_096
_LONGEST_WRITTEN = (
    100_000  # before what tells nothing is taken off: longer ones take seconds and a hundred megabytes
)
_LONGEST_NAME = 253  # RFC 1035
_ONE_FOLDER = 2  # parts of a path that is split at its slashes
_CONTROLS = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_HOMEPAGE = re.compile(
    r"/(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|default|home|homepage)(?:\.[a-z]{3,5})?/?)?", re.IGNORECASE
)


def canonicalize(url: str) -> str:
    """Give the one form under which a page is known: its key on the work list.

    Host in lower case and IDNA, default port, fragment, dot segments and tracking parameters gone,
    query sorted. The result is a fixed point and is also what is fetched. Raises ``Unusable``:
    ``forbidden_address`` for another scheme, user names, and hosts that only pose as names;
    ``invalid_url`` for what is no URL.
    """
    if len(url) > _LONGEST_WRITTEN:
        raise Unusable("invalid_url", f"longer than {_LONGEST_WRITTEN} characters")
    parts = _split(url)
    path = urljoin("/", parts.path) if "/." in parts.path else parts.path
    query = _without_tracking(parts.query, host_name(parts)) if parts.query else ""
    cleaned = urlunsplit((parts.scheme, _authority(parts), path or "/", query, ""))
    canonical = str(canonicalize_url(cleaned))
    if len(canonical) > _LONGEST_URL:
        raise Unusable("invalid_url", f"longer than {_LONGEST_URL} characters")
    return canonical


def host_of(url: str) -> str:
    """Give ``host`` or ``host:port`` (where the port is not the scheme's own) in lower case."""
    return _authority(_split(url))


@lru_cache(maxsize=16_384)
def registered_domain(host: str) -> str:
    """Give the part of a host name that was registered (``a.b.co.uk`` → ``b.co.uk``).

    By the public suffix list that comes with ``tld``; a name under an unknown suffix gives its
    last two labels, an address itself. A port is ignored.
    """
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    name = host.partition(":")[0]
    labels = name.split(".")
    if labels[-1].isdigit():
        return name
    found = get_fld(f"http://{name}", fail_silently=True, search_private=True)
    return str(found) if found else ".".join(labels[-2:])


def same_site(url: str, other: str) -> bool:
    """Say whether both URLs stand under one registered domain."""
    return registered_domain(host_of(url)) == registered_domain(host_of(other))


def is_homepage(url: str) -> bool:
    """Say whether this is a site's front page, also its language versions (``/``, ``/en/``, ``/index.html``)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return not parts.query and _HOMEPAGE.fullmatch(parts.path or "/") is not None


def target_of(url: str) -> str:
    """Give the path with the query: what rules of paths are matched with."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def plainer_forms(url: str) -> tuple[str, ...]:
    """Give the forms of a canonical URL without the marks of AMP and phones, and with https; likeliest first.

    By convention they lead to the same page; whether a site has them nobody has looked up.
    """
    parts = urlsplit(url)
    paths, query = _unmarked_paths(parts.path), _unmarked_query(parts.query)
    hosts = _unmarked_hosts(parts.netloc) or (parts.netloc,)
    schemes = ("https", "http") if parts.scheme == "http" and ":" not in parts.netloc else (parts.scheme,)
    forms = (
        urlunsplit((scheme, host, path, query, "")) for host in hosts for path in paths for scheme in schemes
    )
    return tuple(form for form in dict.fromkeys(forms) if form != url)


def other_forms(url: str) -> tuple[str, ...]:
    """Give all addresses that by convention lead to the same page: plainer ones, other scheme, with or without www."""
    told: dict[str, None] = dict.fromkeys(plainer_forms(url))
    for form in (url, *told):
        parts = urlsplit(form)
        if ":" in parts.netloc:
            continue
        name = parts.netloc.removeprefix("www.")
        hosts = (name, f"www.{name}") if name == registered_domain(name) else (parts.netloc,)
        told |= dict.fromkeys(
            urlunsplit(parts._replace(scheme=scheme, netloc=host))
            for host in hosts
            for scheme in ("https", "http")
        )
    return tuple(form for form in told if form != url)


def _unmarked_paths(path: str) -> tuple[str, ...]:
    folders = path.split("/")
    marks = _variants().folders
    bare = folders[:-1] if folders[-1] == "" and len(folders) > _ONE_FOLDER else folders
    if len(bare) > _ONE_FOLDER and bare[-1].lower() in marks:
        above = "/".join(bare[:-1])
        return (above, above + "/") if bare is folders else (above + "/", above)
    if len(bare) > _ONE_FOLDER and bare[1].lower() in marks:
        path = "/".join(["", *folders[2:]])
    return (_variants().endings.sub("", path),)


def _unmarked_query(query: str) -> str:
    if not query:
        return query
    known = _variants()
    pieces = query.split("&")
    kept = [
        piece
        for piece in pieces
        if piece.partition("=")[0].lower() not in known.parameters and piece.lower() not in known.pairs
    ]
    return "&".join(kept)


def _unmarked_hosts(netloc: str) -> tuple[str, ...]:
    """Give the hosts without a label for phones or AMP; () where there is none."""
    domain = registered_domain(netloc)
    above = netloc.removesuffix(domain).rstrip(".")
    labels = above.split(".") if above and netloc.endswith("." + domain) else []
    kept = [label for label in labels if label not in _variants().hosts]
    if len(kept) == len(labels):
        return ()
    return (".".join([*kept, domain]),) if kept else (f"www.{domain}", domain)


def host_name(parts: SplitResult) -> str:
    """Give the host without its port: ASCII, lower case, IPv6 in brackets.

    Raises ``Unusable("forbidden_address")`` for numbers that pose as names (``2130706433``,
    ``0x7f.1``, fullwidth digits) and ``Unusable("invalid_url")`` for what is no host at all.
    """
    return _host_name(parts.netloc)


@lru_cache(maxsize=16_384)
def _host_name(netloc: str) -> str:
    if netloc.startswith("["):
        return _ipv6(netloc)
    written = netloc.partition(":")[0]
    name = (written if written.isascii() else _to_ascii(written)).lower().removesuffix(".")
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise Unusable("invalid_url", f"no host name: {written[:80]!r}")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        return _ipv4(written, name)
    return name


def _ipv4(written: str, name: str) -> str:
    try:
        address = IPv4Address(name)  # takes four decimal numbers without leading zeros, nothing else
    except ValueError:
        raise Unusable("forbidden_address", f"{written[:80]!r} is an address in disguise") from None
    if written != name:
        raise Unusable("forbidden_address", f"{written[:80]!r} is an address in disguise")
    return str(address)


def _ipv6(netloc: str) -> str:
    literal = netloc[1:].partition("]")[0]
    try:
        return f"[{IPv6Address(literal).compressed}]" if "%" not in literal else _refuse_zone(literal)
    except ValueError:
        raise Unusable("invalid_url", f"no IPv6 address: {literal[:80]!r}") from None


def _refuse_zone(literal: str) -> str:
    raise Unusable("forbidden_address", f"{literal[:80]!r} names a network interface")


def _to_ascii(name: str) -> str:
    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except UnicodeError as error:  # idna.IDNAError is one
        raise Unusable("invalid_url", f"no host name: {name[:80]!r} ({error})") from None


def _split(url: str) -> SplitResult:
    """Split a URL; refuse everything that two readers could understand differently."""
    url = url.strip("\t\n\r\f ")
    if not url.isascii() or not url.isprintable() or " " in url:
        url = _without_blanks(url)
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise Unusable("invalid_url", str(error)[:200]) from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise Unusable("forbidden_address" if parts.scheme else "invalid_url", f"scheme {parts.scheme!r}")
    if not parts.netloc:
        raise Unusable("invalid_url", "no host")
    if "\\" in parts.netloc or "\\" in parts.path:
        raise Unusable("invalid_url", "a backslash before the query")
    if "@" in parts.netloc:
        raise Unusable("forbidden_address", "a user name before the host")
    return parts


def _without_blanks(url: str) -> str:
    """Spaces after the host are common in feeds and mean ``%20``; other invisible characters are a trick."""
    scheme, mark, rest = url.partition("://")
    authority, slash, tail = rest.partition("/")
    tail = tail.replace(" ", "%20")
    url = scheme + mark + authority + slash + tail
    if found := _CONTROLS.search(url):
        raise Unusable("invalid_url", f"the invisible character U+{ord(found[0]):04X}")
    return url


def _authority(parts: SplitResult) -> str:
    name = host_name(parts)
    try:
        port = parts.port
    except ValueError:
        raise Unusable("invalid_url", "no port number") from None
    if port == 0:
        raise Unusable("forbidden_address", "port 0")
    return name if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{name}:{port}"


def _without_tracking(query: str, host: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    kept = [pair for pair in pairs if not _is_tracking(*pair, host)]
    if len(kept) == len(pairs):
        return query  # as it was written: what we did not touch we do not re-encode
    return urlencode(kept, errors="surrogateescape")


def _is_tracking(name: str, value: str, host: str) -> bool:
    name, known = name.lower(), _tracking()
    if name in known.names or name.startswith(known.prefixes) or f"{name}={value.lower()}" in known.pairs:
        return True
    return name in known.of_domain.get(registered_domain(host), ())


@dataclass(frozen=True, slots=True)
class _Tracking:
    names: frozenset[str]
    prefixes: tuple[str, ...]
    pairs: frozenset[str]
    of_domain: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Variants:
    hosts: frozenset[str]
    folders: frozenset[str]
    endings: re.Pattern[str]
    parameters: frozenset[str]
    pairs: frozenset[str]


@cache
def _tables() -> Mapping[str, Any]:
    text = (resources.files("copytaster") / "data" / "addresses.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _tracking() -> _Tracking:
    told = dict(_tables()["tracking"])
    of_domain = {domain: frozenset(words.split()) for domain, words in told.pop("of_domain").items()}
    prefixes, pairs = tuple(told.pop("prefixes").split()), frozenset(told.pop("pairs").split())
    names = frozenset(word for words in told.values() for word in words.split())
    return _Tracking(names=names, prefixes=prefixes, pairs=pairs, of_domain=of_domain)


@cache
def _variants() -> _Variants:
    told = {name: words.split() for name, words in _tables()["variants"].items()}
    endings = "|".join(map(re.escape, told["endings"]))
    return _Variants(
        hosts=frozenset(told["hosts"]),
        folders=frozenset(told["folders"]),
        endings=re.compile(rf"\.(?:{endings})(?=\.[a-z]{{3,5}}$|$)", re.IGNORECASE),
        parameters=frozenset(told["parameters"]),
        pairs=frozenset(told["pairs"]),
    )
