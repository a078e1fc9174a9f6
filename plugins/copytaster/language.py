"""What the markup and the words say about the language -> one BCP 47 tag. Pure."""

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_TAG = re.compile(r"^([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?\b", re.IGNORECASE)
_ENOUGH = 200  # characters of text from which on its words are believed
_SAMPLE = 1_000  # characters: three times as many say something else once in a thousand pages
_CERTAIN = 0.95
_NEAR = ({"no", "nb", "nn", "da"}, {"hr", "sr", "bs", "sh"}, {"id", "ms"}, {"cs", "sk"}, {"zh", "yue"})


def read_language(told: Sequence[str | None], text: str) -> str | None:
    """Settle the language of the text; markup is believed unless the words clearly say otherwise.

    ``told`` are the tags that markup, feed and source give, most trusted first.
    """
    tags = [tag for value in told if (tag := normal_tag(value))]
    if len(text) < _ENOUGH:
        return tags[0] if tags else None
    heard, certainty = _heard(text[:_SAMPLE])
    for tag in tags:
        if _alike(tag.split("-")[0], heard):
            return tag
    if tags and certainty < _CERTAIN:
        return tags[0]
    return heard


def normal_tag(value: str | None) -> str | None:
    """``en_us`` and ``EN-US`` -> ``en-US``; None for what is no language tag."""
    found = _TAG.match(value.strip()) if value else None
    if found is None or found[1].lower() in {"und", "mul", "zxx", "xx"}:
        return None
    parts = [found[1].lower(), (found[2] or "").title(), (found[3] or "").upper()]
    return "-".join(part for part in parts if part)


def _alike(tag: str, heard: str) -> bool:
    return tag == heard or any(tag in group and heard in group for group in _NEAR)


def _heard(text: str) -> tuple[str, float]:
    name, certainty = _identifier().classify(text)
    return str(name), float(certainty)


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - takes most of a second to load

    identifier: LanguageIdentifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return identifier
