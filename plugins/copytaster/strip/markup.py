"""Rules for what leaked from the page's code: markup, scripts, bare addresses. Pure."""

import re
from collections.abc import Iterator

from copytaster.strip.page import Standing

_ADDRESS = re.compile(r"\s*(?:(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.]+|@\w+)\s*")
_SHORTCODE = re.compile(r"\[/?[a-z_]+\b[^\]=]*+=[^\]]*+\](?:.*\[/[a-z_]+\])?\s*|\[[A-Z]+_[A-Z_]+\]\s*")
#: Marks of templates and editors that were meant for the machine: {{ad-slot}}, <!-- wp:paragraph -->, a whole script.
_TEMPLATE = re.compile(
    r"\s*(?:\{\{[^{}]*\}\}|\{%[^{}]*%\}|<!--.*-->|<(script|style|iframe|noscript|ins)\b[^<>]*>.*</\1>)\s*",
    re.IGNORECASE,
)
_TIMESTAMP = re.compile(r"\s*\d{4}-\d\d-\d\dT\d\d:\d\d\S*\s*")
_TAG = re.compile(r"\s*</?[a-z][a-z0-9-]*(?:\s[^<>]*)?/?>.*", re.DOTALL)
#: More lines of script than these, or lines that look like code around them, are a listing.
_LEAKS = 2
_LISTING = re.compile(r"[{};]\s*$|^\s*(?:</?[a-z]+|#include|import |def |class |\$ )")
_CODE = re.compile(r"[{(=<@/.\[]")  # without one of these nothing is a script
_SCRIPT = re.compile(
    r"\s*(?:(?:var|let|const)\s+\w+\s*=|(?:window|document)\.\w+|\(?function\s*\w*\(|googletag\.|dataLayer\b|"
    r"\(adsbygoogle|@media\b.*\{|@import\b|<!--|/\*|\$\(|jQuery\(|if\s*\(\w[\w.]*\)\s*\{|\{\s*\"@?\w+\"\s*:|"
    r"[.#]?[\w-]+\s*\{\s*[\w-]+\s*:[^}]*;\s*\}?)"
)


def leaked_markup(page: Standing) -> Iterator[int]:
    """Find lines of markup, shortcodes, script, style or data; code that an article shows stays."""
    for i, line in enumerate(page.lines):
        if line.block.tag not in {"pre", "code"} and _is_leak(line.text):
            yield i
    scripts = [i for i, line in enumerate(page.lines) if _CODE.search(line.text) and _SCRIPT.match(line.text)]
    if (
        scripts
        and len(scripts) <= _LEAKS
        and not any(_LISTING.search(line.text) for i, line in enumerate(page.lines) if i not in scripts)
    ):
        yield from scripts


def _is_leak(text: str) -> bool:
    first = text[:1]
    if first == "[":
        return _SHORTCODE.fullmatch(text) is not None
    if first in {"<", "{"}:
        return _TEMPLATE.fullmatch(text) is not None
    return (first.isdigit() or first.isspace()) and _TIMESTAMP.fullmatch(text) is not None


def bare_addresses(page: Standing) -> Iterator[int]:
    """Find lines that are no more than a web or mail address or an account's name."""
    return (i for i, line in enumerate(page.lines) if _ADDRESS.fullmatch(line.text))
