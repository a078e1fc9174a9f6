"""What a page says about its own address -> canonical URL, aliases, image. Pure."""

from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from copytaster import urls
from copytaster.errors import Unusable
from copytaster.jsonld import Node, nodes_in, strings
from copytaster.signals import Signals

_MAX_ALIASES = 10


def read_addresses(url: str, requested_url: str | None, signals: Signals) -> tuple[str, tuple[str, ...]]:
    """Choose the canonical URL, and list every other address under which the page was met.

    What the page claims is believed only within its own registered domain and only where it does
    not claim to be the homepage: many sites say so on every page. Of AMP's two addresses for a page
    the plain one is canonical, and the other an alias.
    """
    own = _canonical(url) or url
    claimed = [*signals.links.get("canonical", ())[:1], *signals.meta.get("og:url", ())[:1]]
    believed = [
        claim for text in claimed if (claim := _canonical(absolute(url, text))) and _is_credible(claim, own)
    ]
    canonical = next(iter(believed), own)
    amp = [form for text in signals.links.get("amphtml", ())[:1] if (form := _canonical(absolute(url, text)))]
    others = [
        own,
        *believed,
        _canonical(requested_url) or "",
        *(form for form in amp if _is_credible(form, own)),
    ]
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
    """Make an address full; None where that gives no http(s) one."""
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


def _canonical(address: str | None) -> str | None:
    try:
        return urls.canonicalize(address) if address else None
    except Unusable:
        return None


def _is_credible(claim: str, own: str) -> bool:
    if not own:
        return True
    try:
        return urls.same_site(claim, own) and (urls.is_homepage(own) or not urls.is_homepage(claim))
    except Unusable:  # a page from a dump, whose own address is none
        return False
