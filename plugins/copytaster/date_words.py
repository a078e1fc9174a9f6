"""What words around a date say of it: that of the publication, or of the last change. Pure."""

import re
import tomllib
from functools import cache
from importlib.resources import files

_DIGIT = re.compile(r"\d")


def of_publication(text: str) -> str:
    """Give the part of a short text that may hold the date of publication: not what follows "Updated"."""
    changed, published = _place(text, "modified"), _place(text, "published")
    if changed is None:
        return text if published is None else _from(text, published)
    if published is not None and published > changed:
        return text[published:]
    before = text[:changed]
    return before if _DIGIT.search(before) else ""


def of_change(text: str) -> str:
    """Give the part of a short text that holds the date of the last change; empty if it speaks of none."""
    changed, published = _place(text, "modified"), _place(text, "published")
    if changed is None:
        return ""
    return text[changed:published] if published is not None and published > changed else text[changed:]


def _from(text: str, place: int) -> str:
    """Drop what stands before the word, unless the date does."""
    return text[place:] if _DIGIT.search(text[place:]) else text


def _place(text: str, meaning: str) -> int | None:
    found = _patterns()[meaning].search(text)
    return found.start() if found else None


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    tables = tomllib.loads(
        files("copytaster").joinpath("data", "date_words.toml").read_text(encoding="utf-8")
    )
    return {
        meaning: _pattern([w for phrases in table.values() for w in phrases])
        for meaning, table in tables.items()
    }


def _pattern(phrases: list[str]) -> re.Pattern[str]:
    """Words of scripts that set none apart may stand anywhere."""
    told = sorted(set(phrases), key=len, reverse=True)
    apart = "|".join(re.escape(phrase) for phrase in told if not _is_unspaced(phrase))
    within = "|".join(re.escape(phrase) for phrase in told if _is_unspaced(phrase))
    return re.compile(rf"(?<!\w)(?:{apart})(?!\w)|{within}", re.IGNORECASE)


def _is_unspaced(phrase: str) -> bool:
    return re.match(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", phrase) is not None
