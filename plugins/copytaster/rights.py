"""What a page says about its use: paid or free, reserved for text mining, under which terms. Pure."""

from copytaster.jsonld import Node, nodes_in, strings
from copytaster.model import Page
from copytaster.signals import Signals

_PAID_TIERS = frozenset({"locked", "metered", "paid", "premium", "hard", "subscription"})


def read_accessibility(signals: Signals, node: Node | None) -> tuple[bool, str] | None:
    """Whether the page says that everybody may read it, and where it says so."""
    for part in [*([node] if node else []), *signals.nodes]:
        told = {
            place: word
            for place, holders in (("json-ld", [part]), ("json-ld hasPart", nodes_in(part.get("hasPart"))))
            for holder in holders
            if (word := _yes_or_no(holder.get("isAccessibleForFree")))
        }
        if told:  # one part that is paid for makes the article one
            place = next((place for place, word in told.items() if word == "false"), next(iter(told)))
            return told[place] == "true", place
    tier = (signals.first("article:content_tier", "og:article:content_tier") or "").lower()
    if tier:
        return tier not in _PAID_TIERS, "meta article:content_tier"
    return None


def _yes_or_no(value: object) -> str:
    """Read ``true``, ``"False"`` and ``https://schema.org/False`` alike; empty for all else."""
    word = str(value).strip().lower().rsplit("/", 1)[-1] if isinstance(value, bool | str) else ""
    return word if word in {"true", "false"} else ""


def read_reservation(page: Page, signals: Signals) -> bool | None:
    """Read the TDM Reservation Protocol's answer: header before meta."""
    told = page.headers.get("tdm-reservation") or signals.first("tdm-reservation")
    return {"1": True, "0": False}.get((told or "").strip())


def read_terms(signals: Signals, node: Node | None) -> str | None:
    """Address or words of the licence."""
    told = strings(node.get("license")) + strings(node.get("usageInfo")) if node else []
    told += [*signals.links.get("license", ()), *signals.meta.get("tdm-policy", ())]
    told += [
        text
        for name in ("dc.rights", "dcterms.rights", "dcterms.license")
        for text in signals.meta.get(name, ())
    ]
    return told[0][:1_000] if told else None
