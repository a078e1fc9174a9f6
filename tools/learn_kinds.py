"""Learn ``data/kind_scorecard.json`` from a corpus of pages whose kind is known.

    PYTHONPATH=. uv run --with scikit-learn python tools/learn_kinds.py CORPUS [--write]

CORPUS holds ``<name>/pages.jsonl.xz``, one page a line: id, host, url, html or html_b64, page_type.
What is printed is out of fold, sites kept apart: the share of articles that are held back and of
lists and threads that are let through. ``--write`` stores the scorecard learned from all pages.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha1
from pathlib import Path

import numpy as np
from bench.measuring.kinds import NO_ARTICLES, Case, read_cases
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GroupKFold

from copytaster.kind.facts import Facts
from copytaster.kind.features import FEATURES
from copytaster.kind.rules import settle
from copytaster.model import Page

TARGET = Path(__file__).resolve().parents[1] / "plugins" / "copytaster" / "data" / "kind_scorecard.json"
NAMES = list(FEATURES)
HELD_BACK = 0.0055  # of articles, out of fold, by the scorecard alone
FOLDS, SEEDS = 8, 3


@dataclass(frozen=True, slots=True)
class Row:
    """A page as the learner sees it."""

    case: Case
    values: tuple[float, ...]
    by_rule: str | None
    is_copy: bool = False  # the page once more, as if its address were not known


def main() -> None:
    """Cross-validate, print, and store if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    rows = list(read_rows(arguments.corpus))
    threshold = cross_validate(rows)
    if arguments.write:
        start, decisions = decisions_of(fitted(rows, seed=0))
        write(start, threshold, decisions)


def read_rows(corpus: Path) -> Iterator[Row]:
    """Measure every page; a page whose type is known also without its address."""
    for case, tree, signals in read_cases(corpus):
        facts = Facts(tree, Page(url=case.url, body=b""), signals)
        proven = settle(facts)
        row = Row(case, measured(facts), proven[0] if proven else None)
        if case.page_type and facts.address.is_front and case.page_type not in NO_ARTICLES:
            continue  # a front page among the articles
        yield row
        if case.is_typed and case.url:
            bare = replace_address(facts)
            yield replace(row, values=measured(bare), is_copy=True)


def replace_address(facts: Facts) -> Facts:
    """Give the same page without its address; what was measured of the tree stays."""
    bare = Facts(facts.tree, Page(url="", body=b""), facts.signals)
    bare.__dict__["outline"] = facts.outline
    return bare


def measured(facts: Facts) -> tuple[float, ...]:
    """Give all features in their order."""
    return tuple(float(FEATURES[name].measure(facts)) for name in NAMES)


def fitted(rows: Sequence[Row], *, seed: int) -> HistGradientBoostingClassifier:
    """Boost small trees; articles that a rule takes for something else teach nothing."""
    taught = [row for row in rows if row.case.is_no_article or row.by_rule in {None, "article"}]
    learner = HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.08, max_depth=3, min_samples_leaf=8, l2_regularization=1.0,
        max_features=0.3, early_stopping=False, random_state=seed,
    )  # fmt: skip
    weights = [0.5 if row.is_copy else 1.0 for row in taught]
    return learner.fit(matrix(taught), [row.case.is_no_article for row in taught], sample_weight=weights)


def matrix(rows: Sequence[Row]) -> np.ndarray:
    """Give the features of all rows."""
    return np.array([row.values for row in rows])


def cross_validate(rows: Sequence[Row]) -> float:
    """Print what is held back and let through out of fold; give the threshold."""
    sites = [row.case.host for row in rows]
    found: list[float] = []
    scores = np.zeros((SEEDS, len(rows)))
    for seed in range(SEEDS):
        folds = GroupKFold(FOLDS, shuffle=True, random_state=seed)
        for train, test in folds.split(rows, groups=sites):
            model = fitted([rows[index] for index in train], seed=seed)
            scores[seed, test] = model.decision_function(matrix([rows[index] for index in test]))
        articles = [
            index for index, row in enumerate(rows)
            if not row.case.is_no_article and row.by_rule is None and not row.is_copy
        ]  # fmt: skip
        allowed = HELD_BACK * sum(not row.case.is_no_article and not row.is_copy for row in rows)
        found.append(float(np.quantile(scores[seed, articles], 1 - allowed / len(articles))))
    threshold = round(float(np.mean(found)), 2)
    for half in ("", "first", "second"):
        report(rows, scores, threshold, half)
    return threshold


def report(rows: Sequence[Row], scores: np.ndarray, threshold: float, half: str) -> None:
    """Print the shares for all sites or one half of them, for the scorecard and for it with the rules."""
    chosen = [
        index for index, row in enumerate(rows)
        if not row.is_copy and (not half or half_of(row.case.host) == half)
    ]  # fmt: skip
    undecided = np.array([rows[index].by_rule is None for index in chosen])
    held = (scores[:, chosen] >= threshold) & undecided
    ruled = np.array([rows[index].by_rule not in {None, "article"} for index in chosen])
    kinds = np.array([rows[index].case.label for index in chosen])
    print(f"{half or 'all'} sites, threshold {threshold}")
    for label in dict.fromkeys(kinds):
        mine = kinds == label
        print(
            f"  {label:10} {mine.sum():5} pages; held back by the scorecard {held[:, mine].mean():6.1%}, "
            f"by a rule {ruled[mine].mean():6.1%}, by either {(held | ruled)[:, mine].mean():6.1%}"
        )


def half_of(host: str) -> str:
    """Put a site into one of two halves."""
    return "first" if sha1(host.encode()).digest()[0] < 128 else "second"  # noqa: S324, PLR2004 - no secret


def decisions_of(model: HistGradientBoostingClassifier) -> tuple[float, list[object]]:
    """Read start and trees out of the learner."""
    trees = [predictors[0].nodes for predictors in model._predictors]  # noqa: SLF001 - nothing public gives them
    return float(np.ravel(model._baseline_prediction)[0]), [node_of(nodes, 0) for nodes in trees]  # noqa: SLF001


def node_of(nodes: np.ndarray, index: int) -> object:
    """Give points, or ``[feature, edge, if at most, if more]``."""
    node = nodes[index]
    if node["is_leaf"]:
        return round(float(node["value"]), 3)
    edge = float(node["num_threshold"])
    return [
        NAMES[int(node["feature_idx"])],
        round(edge, 4),
        node_of(nodes, int(node["left"])),
        node_of(nodes, int(node["right"])),
    ]


def write(start: float, threshold: float, decisions: list[object]) -> None:
    """Store the scorecard, a decision a line."""
    lines = ",\n".join("    " + json.dumps(decision) for decision in decisions)
    TARGET.write_text(
        f'{{\n  "start": {start:.3f},\n  "threshold": {threshold},\n  "decisions": [\n{lines}\n  ]\n}}\n',
        encoding="utf-8",
    )
    print(f"{len(decisions)} decisions in {TARGET}")


if __name__ == "__main__":
    main()
