"""The words of bylines in many languages, read once from data. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from copytaster.chars import folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Phrases of all languages by what they mean in a byline; folded, but for ``others``."""

    opens: frozenset[str]
    label: frozenset[str]
    role: frozenset[str]
    nobody: frozenset[str]
    editorial: frozenset[str]
    credential: frozenset[str]
    others: frozenset[str]


@cache
def words() -> Words:
    """Read ``data/bylines.toml``."""
    text = files("copytaster").joinpath("data", "bylines.toml").read_text(encoding="utf-8")
    tables: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(text)
    told = {name: frozenset(_phrases(table)) for name, table in tables.items()}
    exact = {"others": frozenset(phrase for phrases in tables["others"].values() for phrase in phrases)}
    return Words(**{**told, **exact})


def _phrases(table: Mapping[str, list[str]]) -> list[str]:
    return [folded(phrase) for phrases in table.values() for phrase in phrases]
