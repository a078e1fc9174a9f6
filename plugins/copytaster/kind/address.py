"""URL -> what its words say about the page's kind. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from copytaster import urls
from copytaster.errors import Unusable
from copytaster.kind.words import ADDRESS

_SEPARATORS = re.compile(r"[-_.]+")
_DATE = re.compile(r"/(?:19|20)\d\d[/-]?(?:\d\d?|[a-z]{3})(?:/|-)")


@dataclass(frozen=True, slots=True)
class Address:
    """What an address tells; nothing, where it is not known."""

    forum_words: tuple[str, ...] = ()
    list_words: tuple[str, ...] = ()
    is_front: bool = False
    is_dated: bool = False
    words: int = 0  # in its last part
    path: str = ""  # with a slash at its end
    host: str = ""


def read_address(url: str) -> Address:
    """Read the words of host and path."""
    parts = _split(url)
    if parts is None:
        return Address()
    path = unquote(parts.path).casefold()
    folders = [part for part in path.split("/") if part]
    last = folders.pop() if folders else ""
    told = [word for folder in folders for word in (folder, *_SEPARATORS.split(folder))]
    told += [last.partition(".")[0]] if "-" not in last else []
    told += parts.netloc.casefold().split(".")[:-1]
    unique = dict.fromkeys(word.partition(".")[0] for word in told)
    return Address(
        forum_words=tuple(word for word in unique if word in ADDRESS["forum"]),
        list_words=tuple(word for word in unique if word in ADDRESS["list"]),
        is_front=_is_front(url),
        is_dated=_DATE.search(path) is not None,
        words=len([word for word in _SEPARATORS.split(last) if word]),
        path=parts.path.rstrip("/") + "/",
        host=parts.netloc.lower().removeprefix("www."),
    )


def leads_below(href: str, address: Address) -> bool:
    """Say whether a link leads to a page under this address."""
    if len(address.path) <= 1:
        return False
    if href.startswith("/") and not href.startswith("//"):
        return href.startswith(address.path)
    return href.partition("//")[2].removeprefix("www.").startswith(address.host + address.path)


def _is_front(url: str) -> bool:
    """Say whether this is a front page, also with tracking parameters; ``/?p=123`` is a page."""
    if not urls.is_homepage(url.partition("?")[0]):
        return False
    try:
        return urls.is_homepage(urls.canonicalize(url))
    except Unusable:
        return False


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url) if url else None
    except ValueError:  # what is no URL tells nothing
        return None
