"""Bytes -> text, in the order of the WHATWG Encoding standard. Pure."""

import codecs
from dataclasses import dataclass

from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
    to_unicode,
)

REPLACEMENT = "\ufffd"
# What the detector looks at: enough to be sure, little enough to be quick.
_SAMPLE_BYTES = 12_000
_MULTIBYTE_MARKS = frozenset(range(0x80, 0x100))
_SIGNS_A_HOLE = (
    4  # characters beyond ASCII for each that is none: in other encodings it is the other way round
)
# The encodings of the WHATWG standard under Python's names. Python knows many more, and some of those raise
# whatever they are told to do with errors ("idna"), or are none of text ("base64").
_OF_THE_WEB = frozenset(
    {
        "big5", "big5hkscs", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258",
        "cp866", "cp874", "cp932", "cp949", "euc_jp", "euc_kr", "gb18030", "gb2312", "gbk", "iso2022_jp", "koi8-r", "koi8-u",
        "mac-cyrillic", "mac-roman", "shift_jis", "tis-620", "utf-16", "utf-16-be", "utf-16-le", "utf-8",
        *(f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 15, 16)),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Text, the encoding that was used, and how many U+FFFD decoding has put in."""

    text: str
    encoding: str
    replacement_characters: int = 0


def decode(body: bytes, content_type: str | None) -> Decoded:
    """Decode a page: byte order mark, then header, then meta, then what the bytes look like.

    A declaration that the bytes contradict is not followed: valid multi-byte UTF-8 is hardly ever
    anything else, also where a footer or an advertisement in another encoding was pasted into it; and
    text that its declared encoding cannot read was declared wrongly.
    Never raises; ``content_type`` is the HTTP header as received.
    """
    marked, mark = read_bom(body)
    if marked:
        return _decoded(body[len(mark or b"") :], marked)
    declared = _declared(body, content_type)
    if declared == "utf-8" or declared is None or not _is_unicode(declared):
        text = _strict(body, "utf-8")
        if text is not None and (declared in {None, "utf-8"} or not body.isascii()):
            return Decoded(text=text, encoding="utf-8", replacement_characters=0)
        if text is None and (pasted_into := _mostly_utf8(body)):
            return pasted_into
    first = _decoded(body, declared) if declared else None
    if first and not first.replacement_characters:
        return first
    return _better(first, body)


def _declared(body: bytes, content_type: str | None) -> str | None:
    """Read the header's word, else the meta tag's."""
    if name := _of_the_web(http_content_type_encoding(content_type)):
        return name
    name = _of_the_web(html_body_declared_encoding(body))
    # A meta tag that could be read as ASCII does not stand in UTF-16 (WHATWG HTML 13.2.3.3).
    return "utf-8" if name and name.startswith("utf-16") else name


def _of_the_web(name: str | None) -> str | None:
    """Give the encoding back if pages are written in it; any other name is no declaration."""
    return name if name and codecs.lookup(name).name in _OF_THE_WEB else None


def _mostly_utf8(body: bytes) -> Decoded | None:
    decoded = _decoded(body, "utf-8")
    beyond_ascii = len(decoded.text) - len(decoded.text.encode("ascii", "ignore"))
    enough = beyond_ascii > (_SIGNS_A_HOLE + 1) * decoded.replacement_characters
    return decoded if enough else None


def _better(first: Decoded | None, body: bytes) -> Decoded:
    """Choose the declared reading or the detected one: whichever has fewer holes."""
    guess = _detected(body)
    second = _decoded(body, guess)
    if first is None or second.replacement_characters < first.replacement_characters // 2:
        return second
    return first


def _detected(body: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - slow to load, and few pages need it

    best = from_bytes(_telling_part(body)).best()
    return _of_the_web(resolve_encoding(best.encoding) if best else None) or "cp1252"


def _telling_part(body: bytes) -> bytes:
    """Take a stretch around the first byte that is not ASCII: the head of a page is mostly markup."""
    start = next((i for i, byte in enumerate(body) if byte in _MULTIBYTE_MARKS), 0)
    return body[max(0, start - _SAMPLE_BYTES // 4) :][:_SAMPLE_BYTES]


def _strict(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        return None


def _decoded(body: bytes, encoding: str) -> Decoded:
    """Decode with holes marked; those that the page itself brought are not counted twice."""
    text = to_unicode(body, encoding)
    return Decoded(text=text, encoding=encoding, replacement_characters=text.count(REPLACEMENT))


def _is_unicode(encoding: str) -> bool:
    return codecs.lookup(encoding).name.startswith("utf-")
