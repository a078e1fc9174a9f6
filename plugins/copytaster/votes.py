"""Several signals for one field -> what is kept of the vote: winner, losers, agreement. Pure."""

from collections.abc import Callable, Iterable

from copytaster.chars import folded, storable

Voice = tuple[str, str]  # where it stands, what it says
_MAX_LOSERS = 8
_MAX_LOSER_TEXT = 300
# Written by one hand for other sites: one voice, however often it repeats itself.
_SHARED = ("meta og:", "meta twitter:", "meta article:")


def same_text(one: str, other: str) -> bool:
    """Say whether two values are equal but for case, space and punctuation."""
    return folded(one) == folded(other)


def family(source: str) -> str:
    """Name the independent signal to which a source belongs."""
    return "social" if source.startswith(_SHARED) else source.split(" ", 1)[0]


def record(
    provenance: dict[str, object],
    name: str,
    winner: Voice,
    voices: Iterable[Voice],
    *,
    same: Callable[[str, str], bool] = same_text,
) -> None:
    """Record which signal won a field, what the others said, and how many independent ones agree.

    ``agreement`` is the share of the independent signals, the winner's included, of which one says the
    same; ``signals`` is how many there are.
    """
    voices = [winner, *voices]
    agrees: dict[str, bool] = {}
    losers = []
    for source, value in voices:
        is_same = same(value, winner[1])
        agrees[family(source)] = agrees.get(family(source), False) or is_same
        if not is_same:
            losers.append([source, storable(value)[:_MAX_LOSER_TEXT]])
    told: dict[str, object] = {"from": winner[0]}
    if losers:
        told["also"] = losers[:_MAX_LOSERS]
    told["agreement"] = round(sum(agrees.values()) / len(agrees), 2)
    told["signals"] = len(agrees)
    provenance[name] = told
