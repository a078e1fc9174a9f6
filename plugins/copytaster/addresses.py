"""What a page says about its own address -> canonical URL, aliases, image. Pure."""

from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from copytaster import urls
from copytaster.jsonld import Node, nodes_in, strings
from copytaster.signals import Signals

_MAX_ALIASES = 10


def read_addresses(url: str, requested_url: str | None, signals: Signals) -> tuple[str, tuple[str, ...]]:
    """The canonical URL and every other address under which the page was met.

    What the page claims is believed only within its own registered domain and only where it does
    not claim to be the homepage: many sites say so on every page.
    """
    own = urls.canonicalize(url) if url else ""
    claimed = [*signals.links.get("canonical", ())[:1], *signals.meta.get("og:url", ())[:1]]
    believed = [urls.canonicalize(full) for claim in claimed if (full := _believed(url, claim))]
    canonical = next(iter(believed), own)
    others = [own, *believed, *([urls.canonicalize(requested_url)] if requested_url else [])]
    aliases = tuple(dict.fromkeys(other for other in others if other and other != canonical))
    return canonical, aliases[:_MAX_ALIASES]


def read_image(url: str, signals: Signals, node: Node | None) -> list[tuple[str, str]]:
    """Candidates for the article's image, most trusted first, as absolute addresses."""
    told = [
        ("og", value) for value in signals.meta.get("og:image", ()) + signals.meta.get("og:image:url", ())
    ]
    if node:
        told += [
            ("json-ld", value) for key in ("image", "thumbnailUrl") for value in _image_urls(node.get(key))
        ]
    told += [("meta", value) for value in signals.meta.get("twitter:image", ())]
    return [(source, full) for source, value in told if (full := absolute(url, value))]


def absolute(base: str, address: str) -> str | None:
    """The address as a full http(s) one, or None."""
    try:
        full = urljoin(base, address.strip())
        parts = urlsplit(full)
    except ValueError:
        return None
    return full if parts.scheme in {"http", "https"} and parts.hostname else None


def _image_urls(value: object) -> Iterable[str]:
    yield from strings(value)
    for node in nodes_in(value):
        yield from strings(node.get("url")) or strings(node.get("contentUrl"))


def _believed(url: str, claim: str) -> str | None:
    full = absolute(url, claim)
    if full is None:
        return None
    if not url:
        return full
    claimed, own = urlsplit(full), urlsplit(url)
    if not claimed.path.strip("/") and not claimed.query and own.path.strip("/"):
        return None
    if urls.registered_domain(claimed.hostname or "") != urls.registered_domain(own.hostname or ""):
        return None
    return full
