"""Facts -> points against an article, and what they were given for. Pure.

``data/kind_scorecard.json`` holds decisions as ``[feature, edge, if at most, if more]``, points at
their ends; ``tools/learn_kinds.py`` writes it. A page's score is the sum over all of them.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeAlias

from copytaster.kind.facts import Facts
from copytaster.kind.features import FEATURES
from copytaster.kind.rules import Judgement
from copytaster.model import PageKind

Decision: TypeAlias = "float | tuple[str, float, Decision, Decision]"
_LEAST_LINKS = 4  # as long as headlines, that a list or thread has
_BEYOND_DOUBT = 2.0  # points above the threshold that suffice for a page on which no list is seen
_MOST_NAMED = 4  # signs that are named as evidence
#: Signs of a thread, from which number on; two of them name the page a forum.
_FORUM_SIGNS: Mapping[str, float] = {
    "forum_address": 1,
    "thread_types": 1,
    "users": 3,
    "forum_names": 8,
    "member_names": 8,
    "reply_names": 8,
}


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Decisions, and the score from which on a page is held back."""

    start: float
    threshold: float
    decisions: tuple[Decision, ...]
    features: tuple[str, ...]


def weigh(facts: Facts, scorecard: Scorecard | None = None) -> Judgement | None:
    """Say which kind of list or thread this is and what counted most; None for an article."""
    scorecard = scorecard or read_scorecard()
    values = {name: FEATURES[name].measure(facts) for name in scorecard.features}
    points = score(values, scorecard)
    total = scorecard.start + sum(points.values())
    if total < scorecard.threshold:
        return None
    signs = [name for name, least in _FORUM_SIGNS.items() if values.get(name, 0) >= least]
    listed = max(facts.teasers, facts.outline.cards.linked, facts.outline.cards.priced)
    lists = signs or listed >= _LEAST_LINKS or facts.address.is_front
    if not lists and total < scorecard.threshold + _BEYOND_DOUBT:
        return None  # a short report that lists nothing
    is_forum = len(signs) > 1
    named = signs if is_forum else []
    named += [name for name, given in points.most_common() if given > 0 and name not in named]
    kind: PageKind = "forum" if is_forum else "section_front" if facts.address.is_front else "listing"
    sentences = (_said(name, values[name]) for name in named if values[name] is not False)
    evidence = tuple(sentence for sentence, _ in zip(sentences, range(_MOST_NAMED), strict=False))
    return kind, (*evidence, f"{total:.1f} points against an article, {scorecard.threshold:.1f} suffice")


def score(values: Mapping[str, float], scorecard: Scorecard) -> Counter[str]:
    """Give the points of each feature; those of one decision are shared by the features on the way."""
    points: Counter[str] = Counter()
    for decision in scorecard.decisions:
        way: list[str] = []
        while isinstance(decision, tuple):
            name, edge, low, high = decision
            way.append(name)
            decision = low if values[name] <= edge else high  # noqa: PLW2901 - the way down one tree
        for name in way:
            points[name] += decision / len(way)  # type: ignore[assignment] # typeshed counts in whole numbers
    return points


@cache
def read_scorecard() -> Scorecard:
    """Read the scorecard that comes with the package."""
    told = json.loads(files("copytaster").joinpath("data", "kind_scorecard.json").read_text("utf-8"))
    decisions = tuple(_decision(decision) for decision in told["decisions"])
    names = dict.fromkeys(name for decision in decisions for name in _names(decision))
    names.update(dict.fromkeys(_FORUM_SIGNS))
    return Scorecard(float(told["start"]), float(told["threshold"]), decisions, tuple(names))


def _decision(told: float | list[object]) -> Decision:
    if not isinstance(told, list):
        return float(told)
    name, edge, low, high = told
    return str(name), float(edge), _decision(low), _decision(high)  # type: ignore[arg-type] # checked by a test


def _names(decision: Decision) -> Iterator[str]:
    if isinstance(decision, tuple):
        yield decision[0]
        yield from _names(decision[2])
        yield from _names(decision[3])


def _said(name: str, value: float) -> str:
    return FEATURES[name].sentence.format(value)
