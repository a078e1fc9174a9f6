"""What a source publishes: the bytes of a feed, sitemap or listing page -> entries. Pure.

Bad input gives what can be read of it, and a fault that says what is wrong; it never raises.
"""

from dataclasses import replace

from copytaster.discover.documents import Found, recognise, unpacked, without_bad_references
from copytaster.discover.feeds import read_feed, read_json_feed
from copytaster.discover.listings import LinkVerdict, judge_link, judged, read_links, read_listing
from copytaster.discover.sitemaps import read_sitemap, read_url_list
from copytaster.model import SourceKind

__all__ = ["Found", "LinkVerdict", "judge_link", "judged", "read", "read_links"]


def read(kind: SourceKind, body: bytes, *, url: str, content_type: str | None) -> Found:
    """Read the entries of a source's document.

    ``url`` is where the body came from (after redirects): relative links start there. What the
    document is counts for more than ``kind``: feeds may be registered as sitemaps and the reverse.
    Entry URLs are canonical and unique, dates are as written. ``Found.children`` are the sitemaps of
    a sitemap index. ``Found.fault`` names what is wrong, also where entries were found.
    """
    body, fault = unpacked(body)
    body = without_bad_references(body)
    match recognise(body, content_type or ""):
        case "nothing":
            return Found(fault=fault or "empty: a document without content")
        case "html" if kind == "listing":
            found = read_listing(body, url=url, content_type=content_type or "")
        case "html":
            return Found(fault=f"html: a web page where a {kind} should be")
        case "json":
            found = read_json_feed(body, url=url)
        case "sitemap":
            found = read_sitemap(body, url=url)
        case "urls":
            found = read_url_list(body, url=url)
        case "feed":
            found = read_feed(body, url=url, content_type=content_type or "")
    return replace(found, fault=fault or found.fault)
