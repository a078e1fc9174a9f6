"""Text -> digest, the same for copies that differ in case, spacing or punctuation. Pure."""

import hashlib
import re
import unicodedata

_NO_WORD = re.compile(r"[\W_]+")


def text_digest(text: str) -> str:
    """SHA-256 in hex of the text's letters and digits; empty text has the empty digest ``""``."""
    words = _NO_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
    return hashlib.sha256(words.encode("utf-8", "ignore")).hexdigest() if words else ""
