"""Learn what speaks for a line of an article, and write it down: plugins/copytaster/data/body.json.

Two steps, because the learner is no dependency of the project:

    .venv/bin/python tools/learn_body.py measure CORPUS lines.npz
    uv run --no-project --with lightgbm --with numpy python tools/learn_body.py learn lines.npz body.json

CORPUS is a folder of ``<benchmark>/pages.jsonl.xz``: rows with ``html`` or ``html_b64`` and the article
as ``text`` (one paragraph a line; ``optional`` lines of it count neither way), or ``with`` and
``without``: snippets that must and must not be in it. A line of a page is the article's when most of
its words are aligned to the text. ``learn`` cross-validates first, with the pages of a site always
kept together, and prints the share of words that pages get right out of fold; then it learns from all.
"""

import argparse
import base64
import hashlib
import json
import logging
import lzma
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

#: How much the pages of a benchmark count: more where people marked the text by hand.
WEIGHTS: Mapping[str, float] = {
    "aeb": 1.5, "fundus-eval": 1.5, "fundus-parsers": 1.5, "wcxb": 1.0, "trafilatura": 1.0, "mozilla-readability": 0.7,
    "newspaper4k": 0.7, "daniel": 0.15,
}  # fmt: skip
FOLDS = 5
SHORT_LINE = 8  # words that a line counts as on top of its own, so that short ones matter
SNIPPET = 0.12
EASY = 0.2  # share that is learned from of the lines that are easily seen to be chrome
TREES = {"alone": 360, "compared": 320}
PARAMETERS: Mapping[str, Any] = {
    "objective": "binary", "learning_rate": 0.075, "num_leaves": 8, "max_depth": 3, "min_sum_hessian_in_leaf": 0.3,
    "min_data_in_leaf": 20, "feature_fraction": 0.4, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 1.0,
    "seed": 1, "verbose": -1, "num_threads": 1, "deterministic": True,
}  # fmt: skip
COMPARED = ("read", "read_", "within_reading")


def main() -> int:
    """Run one of the steps."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    steps = parser.add_subparsers(dest="step", required=True)
    for name, source, target in (("measure", "corpus", "lines"), ("learn", "lines", "model")):
        step = steps.add_parser(name)
        step.add_argument(source, type=Path)
        step.add_argument(target, type=Path)
    given = parser.parse_args()
    if given.step == "measure":
        measure(given.corpus, given.lines)
    else:
        learn(given.lines, given.model)
    return 0


def measure(corpus: Path, target: Path) -> None:
    """Lay out every page and write features, labels and weights of its lines."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    tables: list[tuple[dict[str, Any], Any]] = []
    for folder in sorted(corpus.iterdir()):
        if folder.name in WEIGHTS and (file := folder / "pages.jsonl.xz").exists():
            tables += [found for row in _rows(file) if (found := _measured(row))]
            sys.stderr.write(f"{folder.name}: {len(tables)} pages so far\n")
    pages = [page for page, _ in tables]
    counts = [len(page["label"]) for page in pages]
    arrays = {name: np.concatenate([page[name] for page in pages]) for name in ("label", "weight", "words")}
    np.savez_compressed(
        target,
        matrix=np.vstack([matrix for _, matrix in tables]).astype(np.float32),
        names=np.array(pages[0]["names"]),
        page=np.repeat(np.arange(len(pages)), counts),
        ids=np.array([page["id"] for page in pages]),
        bench=np.array([page["bench"] for page in pages]),
        fold=np.array([page["fold"] for page in pages]),
        **arrays,
    )


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            has_truth = row.get("text") is not None or row.get("with") or row.get("without")
            if has_truth and row.get("page_type") in {None, "article"}:
                yield row


def _measured(row: Mapping[str, Any]) -> tuple[dict[str, Any], Any] | None:
    from copytaster.errors import Unusable  # noqa: PLC0415 - the other step runs without the project

    whole = row.get("html") is not None
    body = row["html"].encode("utf-8", "replace") if whole else base64.b64decode(row["html_b64"])
    headers = {"content-type": "text/html; charset=utf-8"} if whole else {}
    try:
        texts, columns = _read_page(body, headers, row.get("url") or "")
    except Unusable:
        return None
    if not texts:
        return None
    label, weight, words = _truth(texts, row)
    site = ".".join((row.get("host") or row["id"]).split(".")[-2:])
    told = {"id": row["id"], "bench": row["bench"], "names": list(columns)}
    told["fold"] = int(hashlib.sha1(site.encode()).hexdigest(), 16) % FOLDS  # noqa: S324 - no secret
    told |= {"label": label, "weight": weight * WEIGHTS[row["bench"]], "words": words}
    return told, np.column_stack(list(columns.values()))


def _read_page(body: bytes, headers: Mapping[str, str], url: str) -> tuple[Sequence[str], Mapping[str, Any]]:
    """Give the lines of a page and their features, as extraction sees them."""
    from copytaster.body import Lines, Told, lay_out, prune  # noqa: PLC0415 - see above
    from copytaster.body.evidence import compare, measure  # noqa: PLC0415
    from copytaster.decode import decode  # noqa: PLC0415
    from copytaster.extract import sample  # noqa: PLC0415
    from copytaster.language import read_language  # noqa: PLC0415
    from copytaster.metadata import read_metadata  # noqa: PLC0415
    from copytaster.model import Page  # noqa: PLC0415
    from copytaster.parse import parse_html  # noqa: PLC0415
    from copytaster.reading import ExtractorFailed, read_blocks  # noqa: PLC0415
    from copytaster.signals import read_signals  # noqa: PLC0415
    from copytaster.teaserboxes import take_out_boxes  # noqa: PLC0415

    tree = parse_html(decode(body, headers.get("content-type")).text)
    told = read_metadata(Page(url=url, body=body, headers=headers), read_signals(tree), tree)
    prune(tree)
    take_out_boxes(tree)
    layout = lay_out(tree)
    if not layout.texts:
        return [], {}
    try:
        reading = read_blocks(tree)
    except ExtractorFailed:
        reading = ()
    language = read_language(told.languages, sample(layout))
    lines = Lines(layout, Told(told.headline, told.abstract, told.authors, language, told.body))
    return layout.texts, measure(lines) | compare(lines, reading)


def _truth(texts: Sequence[str], row: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    words = [_words(text) for text in texts]
    counts = np.array([len(line) for line in words], np.float64)
    if row.get("text") is None:
        label, weight = _by_snippets(texts, row)
        return label, weight, counts
    share = _aligned(words, _words(row["text"]))
    label = (share >= 0.5).astype(np.float64)  # noqa: PLR2004 - most of it
    weight = (counts + SHORT_LINE) / (max(20.0, float((counts * label).sum())) + 200)
    weight[share < 0] = 0
    if row.get("optional"):
        weight[_aligned(words, _words("\n".join(row["optional"]))) >= 0.5] = 0  # noqa: PLR2004
    return label, weight, counts


def _words(text: str) -> list[str]:
    from copytaster.chars import words_of  # noqa: PLC0415 - see above

    return words_of(text.lower())


def _aligned(lines: Sequence[Sequence[str]], truth: Sequence[str]) -> Any:
    """Share of each line that is aligned to the text; -1 for what stands in it, but was aligned elsewhere."""
    from rapidfuzz.distance import LCSseq  # noqa: PLC0415 - see above

    numbers: dict[str, int] = {}
    gold = [numbers.setdefault(word, len(numbers)) for word in truth]
    known = frozenset(gold)
    coded = [[numbers.get(word, -1) for word in line] for line in lines]
    flat = [(word, place) for place, line in enumerate(coded) for word in line if word in known]
    hits = np.zeros(len(lines))
    for part in LCSseq.opcodes([word for word, _ in flat], gold):
        if part.tag == "equal":
            for at in range(part.src_start, part.src_end):
                hits[flat[at][1]] += 1
    share = hits / np.maximum([len(line) for line in lines], 1)
    triples = frozenset(zip(gold, gold[1:], gold[2:], strict=False))
    for place, line in enumerate(coded):
        if len(line) >= 5:  # noqa: PLR2004 - shorter lines have too few triples
            own = list(zip(line, line[1:], line[2:], strict=False))
            known_share = sum(triple in triples for triple in own) / len(own)
            elsewhere = known_share > 0.85 and share[place] < 0.5  # noqa: PLR2004
            share[place] = -1 if elsewhere else min(share[place], known_share)
    return share


def _by_snippets(texts: Sequence[str], row: Mapping[str, Any]) -> tuple[Any, Any]:
    label, weight = np.zeros(len(texts)), np.zeros(len(texts))
    for wanted, snippets in ((1.0, row.get("with")), (0.0, row.get("without"))):
        for snippet in snippets or ():
            places = [place for place, text in enumerate(texts) if " ".join(snippet.split()) in text]
            for place in places:
                label[place] = wanted
                weight[place] += SNIPPET / (len(places) if wanted else 1)
    return label, weight


def learn(source: Path, target: Path) -> None:
    """Cross-validate and print; then learn from all pages and write the trees."""
    told = dict(np.load(source))
    names = told["names"].tolist()
    judges: dict[str, Any] = {}
    for judge, count in TREES.items():
        alone = judge == "alone"
        columns = [at for at, name in enumerate(names) if not (alone and name.startswith(COMPARED))]
        matrix = told["matrix"][:, columns]
        out_of_fold = np.zeros(len(matrix))
        folds = told["fold"][told["page"]]
        for fold in range(FOLDS):
            model = _fit(matrix, told, names, folds != fold, count)
            out_of_fold[folds == fold] = model.predict(matrix[folds == fold])
        print(f"== {judge}, out of fold")
        for line in _report(out_of_fold, told):
            print(line)
        np.savez_compressed(source.with_suffix(f".{judge}.npz"), points=out_of_fold)
        model = _fit(matrix, told, names, np.ones(len(matrix), bool), count)
        judges[judge] = _written(model, [names[at] for at in columns])
    target.write_text(_laid_out(judges), encoding="utf-8")


def _fit(matrix: Any, told: Mapping[str, Any], names: Sequence[str], chosen: Any, count: int) -> Any:
    import lightgbm  # type: ignore[import-not-found]  # noqa: PLC0415 - only this step needs it

    whole, label = told["matrix"], told["label"]
    easy = (label == 0) & (whole[:, names.index("read")] == 0)
    easy &= (whole[:, names.index("link")] > 0.6) | (whole[:, names.index("in_main_box")] == 0)  # noqa: PLR2004
    kept = np.random.default_rng(0).random(len(label)) < EASY
    weight = np.where(easy, told["weight"] / EASY, told["weight"])
    rows = chosen & (told["weight"] > 0) & (~easy | kept)
    data = lightgbm.Dataset(matrix[rows], label[rows], weight=weight[rows])
    return lightgbm.train(dict(PARAMETERS), data, num_boost_round=count)


def _report(points: Any, told: Mapping[str, Any]) -> Iterable[str]:
    """Give, for each benchmark, the mean over its pages of the F1 of words that are kept."""
    counted = told["words"] * (told["weight"] > 0)
    kept, own = points >= 0.5, told["label"] > 0  # noqa: PLR2004 - more likely than not
    sums = [
        np.bincount(told["page"], weights=counted * part) for part in (kept & own, kept & ~own, ~kept & own)
    ]
    hit, extra, missed = sums
    scores = 2 * hit / np.maximum(2 * hit + extra + missed, 1)
    for bench in dict.fromkeys(told["bench"].tolist()):
        chosen = told["bench"] == bench
        yield f"{bench:20} {chosen.sum():5} pages  F1 of words {scores[chosen].mean():.4f}"


def _written(model: Any, names: Sequence[str]) -> dict[str, Any]:
    """Make plain data of the trees: seven questions of three levels each, then the points of eight answers."""
    trees = [_tree(tree["tree_structure"]) for tree in model.dump_model()["tree_info"]]
    used = [name for at, name in enumerate(names) if any(at in tree["ask"] for tree in trees)]
    place = {names.index(name): at for at, name in enumerate(used)}
    for tree in trees:
        tree["ask"] = [place.get(at, 0) for at in tree["ask"]]
    return {"features": used, "trees": trees}


def _tree(node: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Fill a tree of at most three levels up; a question that is not asked is always answered with no."""
    ask, over, points = [0] * 7, [1e30] * 7, [0.0] * 8

    def fill(part: Mapping[str, Any], at: int, level: int) -> None:
        if level == 3:  # noqa: PLR2004 - the last
            points[at - 7] = round(part["leaf_value"], 4)
        elif "split_feature" in part:
            ask[at], over[at] = part["split_feature"], float(f"{part['threshold']:.5g}")
            fill(part["left_child"], 2 * at + 1, level + 1)
            fill(part["right_child"], 2 * at + 2, level + 1)
        else:
            fill(part, 2 * at + 1, level + 1)
            fill(part, 2 * at + 2, level + 1)

    fill(node, 0, 0)
    return {"ask": ask, "over": over, "points": points}


def _laid_out(judges: Mapping[str, Any]) -> str:
    """Write JSON with one tree a line."""
    parts = []
    for name, judge in judges.items():
        trees = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in judge["trees"])
        parts.append(f'"{name}": {{"features": {json.dumps(judge["features"])},\n"trees": [\n{trees}\n]}}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main())
