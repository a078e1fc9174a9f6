"""Text -> digest, the same for copies that differ in case, spacing or punctuation. Pure."""

import hashlib
import re
import unicodedata

_NO_WORD = re.compile(r"[\W_]+")


def text_digest(text: str, abstract: str | None = None) -> str:
    """SHA-256 in hex of the text's letters and digits; empty text has the empty digest ``""``.

    A first line that is the ``abstract`` does not count where other lines follow: copies have standfirsts of their own.
    """
    first, _, rest = text.partition("\n")
    if abstract and rest and _words(first) == _words(abstract):
        text = rest
    words = _words(text)
    return hashlib.sha256(words.encode("utf-8", "ignore")).hexdigest() if words else ""


def _words(text: str) -> str:
    return _NO_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
