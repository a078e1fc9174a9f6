"""Text -> a key by which lines are looked up and compared. Pure."""

import re
import unicodedata
from functools import lru_cache

#: Bullets, arrows, dots, quotes and brackets that chrome wears at its edges.
_EDGES = (
    " \t\n\r\x0b\x0c\xa0\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\ufe0f\"'`´“”„‟‘’‚«»‹›<>()[]{}|/\\~=+_-–—―−‐‑*#·•●○▪■□▶►▸▷❯➤➜→⇒⟶←⇐↑↓▼▲◀"
    "…⋯.,:;!?¿¡。、，．：；！？؟،؛।「」『』【】〈〉《》（）［］〔〕｜／～・※★☆✓✔^@©®™"
)
_FOLDING = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "´": "'",
        "`": "'",
        "ı": "i",
        "ё": "е",
        "ـ": None,
        "\u200b": None,
        "\u200c": None,
        "\u200d": None,
        "\u200e": None,
        "\u200f": None,
        "\u00ad": None,
        "\u2060": None,
        "\ufeff": None,
    }
    # Accents go, so that capitals written without them fold alike; so do Arabic vowel signs.
    | dict.fromkeys(map(chr, range(0x300, 0x370)))
    | dict.fromkeys(map(chr, range(0x64B, 0x653)))
)
_OTHERS = re.compile(r"[\W_]+")
_ASCII_OTHERS = bytes(sign for sign in range(0x80) if not chr(sign).isalnum())
_SHORT = 1_000
_PHRASE = 240  # characters of what can be a phrase
_DIGITS = re.compile(r"\d+")


def fold(text: str) -> str:
    """Lower case without accents, edge signs and double spaces; runs of digits become ``#``."""
    return _fold(text) if len(text) > _PHRASE else _short_fold(text)


@lru_cache(maxsize=2_048)  # the judge of the body and several rules ask it of the same lines
def _short_fold(text: str) -> str:
    return _fold(text)


def _fold(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.casefold()).translate(_FOLDING)
    text = text.casefold().strip(_EDGES)
    return " ".join(_DIGITS.sub("#", text).split())


def letters(text: str) -> str:
    """Keep the letters and digits of a text, folded: equal for two spellings of one headline."""
    return _letters(text) if len(text) > _SHORT else _short_letters(text)


def _letters(text: str) -> str:
    if text.isascii():  # bytes are cleaned in a tenth of the time
        return text.lower().encode().translate(None, _ASCII_OTHERS).decode()
    return _OTHERS.sub("", unicodedata.normalize("NFKD", text.casefold()).casefold())


@lru_cache(maxsize=1_024)  # several rules ask it of the same lines, in each pass
def _short_letters(text: str) -> str:
    return _letters(text)
