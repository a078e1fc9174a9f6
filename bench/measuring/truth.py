"""Pages of a corpus with what is true of them, and the corpus' own scorer."""

import importlib.util
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha1, sha256
from pathlib import Path
from types import ModuleType
from typing import Any

Row = dict[str, Any]
HALVES = ("A", "B")


def load_scorer(corpus: Path) -> ModuleType:
    """Load ``score.py`` from the corpus folder, which owns the metrics."""
    spec = importlib.util.spec_from_file_location("corpus_score", corpus / "score.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"no scorer in {corpus}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_rows(corpus: Path, benchmarks: Sequence[str], most: int | None = None) -> Iterator[Row]:
    """Read the pages of these benchmarks; at most so many of each, always the same ones."""
    scorer = load_scorer(corpus)
    for benchmark in benchmarks:
        rows = scorer.load_corpus(corpus, {benchmark}, html=True)
        yield from rows if most is None else sample(rows, most)


def sample(rows: Iterable[Row], most: int) -> list[Row]:
    """Take at most so many pages, mixed but always the same ones."""
    return sorted(rows, key=lambda row: sha256(row["id"].encode()).digest())[:most]


def page_of(row: Mapping[str, Any]) -> Row:
    """Leave of a row what a page tells: its address and its HTML."""
    return {key: row[key] for key in ("id", "url", "html", "html_b64") if row.get(key) is not None}


def truth_of(row: Mapping[str, Any]) -> Row:
    """Leave of a row what it says about the page."""
    return {key: value for key, value in row.items() if key not in {"html", "html_b64"}}


def is_article(row: Mapping[str, Any]) -> bool:
    """Tell whether the page is an article: it is where the corpus says nothing else."""
    return (row.get("page_type") or "article") == "article"


def half_of(row: Mapping[str, Any]) -> str:
    """Assign the site to one of two halves: what is fitted to one of them shows in the other."""
    site = row.get("host") or row["id"]
    return HALVES[sha1(site.encode(), usedforsecurity=False).digest()[0] >= 128]  # noqa: PLR2004 - half of a byte


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write JSONL."""
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)


def read_rows(path: Path) -> list[Row]:
    """Read JSONL; a last line that a killed process left unfinished is left out."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.endswith("\n")]
