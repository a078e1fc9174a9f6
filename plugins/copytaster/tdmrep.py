"""What a host's /.well-known/tdmrep.json reserves (TDM Reservation Protocol). Pure: `fetch` brings the file."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

PATH = "/.well-known/tdmrep.json"
#: Bytes that are read; a longer file is read as far as that, which is to say not at all.
MOST_BYTES = 64 * 1024
_MOST_RULES = 1_000
_LONGEST = 1_000  # characters of a pattern or policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Whether text and data mining is reserved, and where the policy is."""

    reserved: bool | None = None
    policy: str | None = None


def judge(text: str | None, url: str) -> Reservation:
    """Say what a tdmrep.json (None: there is none) tells of a URL of its host.

    Patterns are those of robots.txt, and as there the longest that fits decides; of two equal ones,
    the one that reserves.
    """
    parts = urlsplit(url)
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    fitting = [rule for rule in _rules(text or "") if _fits(rule[0], target)]
    if not fitting:
        return Reservation()
    _, reserved, policy = max(fitting, key=lambda rule: (len(rule[0]), rule[1]))
    return Reservation(reserved=reserved, policy=policy)


@lru_cache(maxsize=512)
def _rules(text: str) -> tuple[tuple[str, bool, str | None], ...]:
    """Read the rules that can be understood: pattern, reserved, policy."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    items = told if isinstance(told, list) else [told]
    return tuple(rule for item in items[:_MOST_RULES] if (rule := _rule(item)))


def _rule(item: Any) -> tuple[str, bool, str | None] | None:
    if not isinstance(item, dict):
        return None
    pattern, flag, policy = (item.get(key) for key in ("location", "tdm-reservation", "tdm-policy"))
    if not isinstance(pattern, str) or str(flag) not in {"0", "1"} or len(pattern) > _LONGEST:
        return None
    readable = (
        policy if isinstance(policy, str) and policy.isprintable() else ""
    )  # no database takes the rest
    return pattern, str(flag) == "1", readable[:_LONGEST] or None


def _fits(pattern: str, target: str) -> bool:
    """Match ``*`` and a final ``$``; each part is looked for once, so that no pattern takes long."""
    to_end = pattern.endswith("$")
    first, *parts = pattern.removesuffix("$").split("*")
    if not target.startswith(first):
        return False
    place = len(first)
    last = parts.pop() if parts and to_end else None
    for part in parts:
        found = target.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    if not to_end:
        return True
    return (
        place == len(target) if last is None else len(target) - len(last) >= place and target.endswith(last)
    )
