"""Page -> the article's markup where only scripts hold it, for a program in the browser to show. Pure.

Pages that are drawn in the browser carry their data along as JSON. The body is a long string of markup
in it, under a name such as ``contentHtml``.
"""

import json
import re

_STRING = re.compile(
    r'"\w*(?:body|content|html|text|article)\w*"\s*:\s*"((?:[^"\\]++|\\.)*+)"', re.IGNORECASE | re.DOTALL
)
_PARAGRAPH = re.compile(r"<(?:p|br|div)\b", re.IGNORECASE)
_SHORTEST = 600  # characters
_FEW = 3  # paragraphs
_LONGEST = 1_000_000


def markup_in_scripts(page: str) -> str | None:
    """Find the longest string of data that is markup with paragraphs; None where there is none."""
    if "<script" not in page:
        return None
    found = (match[1] for match in _STRING.finditer(page) if _SHORTEST <= len(match[1]) <= _LONGEST)
    told = (text for quoted in sorted(found, key=len, reverse=True) if (text := _unquoted(quoted)))
    return next((text for text in told if len(_PARAGRAPH.findall(text)) >= _FEW), None)


def _unquoted(text: str) -> str | None:
    try:
        told = json.loads(f'"{text}"', strict=False)
    except ValueError:  # no JSON after all
        return None
    return told if isinstance(told, str) else None
