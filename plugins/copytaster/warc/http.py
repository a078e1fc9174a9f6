"""The HTTP message within a response record. Pure."""

import hashlib
import re
from base64 import b32encode
from dataclasses import dataclass

_STATUS = re.compile(rb"HTTP/[0-9.]+\s+([0-9]{3})")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"\s*([0-9a-fA-F]{1,8})[^\n]{0,200}\n")


class BadMessage(Exception):
    """The block holds no whole HTTP response."""


@dataclass(frozen=True, slots=True)
class Message:
    """A response as the record has it; header names in lower case, repeated ones joined by commas."""

    status: int
    headers: dict[str, str]
    payload: bytes  # what follows the head
    content: bytes  # the same without the framing of chunks


def parse_response(block: bytes) -> Message:
    """Take an HTTP response apart; raises ``BadMessage``."""
    found = _STATUS.match(block)
    end = _END_OF_HEAD.search(block)
    if found is None or end is None:
        raise BadMessage("no HTTP response")
    headers = _headers(block[: end.start()].decode("latin-1").replace("\r", ""))
    payload = block[end.end() :]
    chunked = "chunked" in headers.get("transfer-encoding", "").lower()
    return Message(int(found[1]), headers, payload, _without_chunks(payload) if chunked else payload)


def digest_matches(told: str, *candidates: bytes) -> bool:
    """Say whether a WARC digest (``sha1:``, ``sha256:`` …, Base32 or hex) is that of a candidate.

    Tools differ in whether they count the framing of chunks, hence several candidates. A digest of
    an unknown kind proves nothing and passes.
    """
    algorithm, _, value = told.partition(":")
    algorithm = algorithm.lower().replace("-", "")
    if algorithm not in {"md5", "sha1", "sha256", "sha384", "sha512"}:
        return True
    for candidate in candidates:
        raw = hashlib.new(algorithm, candidate, usedforsecurity=False).digest()
        if value.upper().rstrip("=") == b32encode(raw).decode().rstrip("=") or value.lower() == raw.hex():
            return True
    return False


def _headers(head: str) -> dict[str, str]:
    headers: dict[str, str] = {}
    name = ""
    for line in head.split("\n")[1:]:  # not splitlines(): bytes of UTF-8 would be line breaks to it
        if line[:1] in {" ", "\t"} and name:
            headers[name] += " " + line.strip()
            continue
        name, _, value = line.partition(":")
        name = name.strip().lower()
        headers[name] = f"{headers[name]}, {value.strip()}" if name in headers else value.strip()
    return headers


def _without_chunks(payload: bytes) -> bytes:
    """Undo chunked framing; many tools undo it and leave the header, so what has none stays as it is."""
    if not _CHUNK.match(payload):
        return payload
    pieces: list[bytes] = []
    place = 0
    while found := _CHUNK.match(payload, place):
        size = int(found[1], 16)
        if size == 0:
            return b"".join(pieces)
        piece = payload[found.end() : found.end() + size]
        if len(piece) < size:
            break
        pieces.append(piece)
        place = found.end() + size
    if not pieces:
        return payload
    raise BadMessage("chunks end too early")
