"""Lines in their boxes -> numbers that speak for and against each: the features of the judge. Pure.

One column a feature, one row a line. Most features say where a line stands in relation to the page's
running text, and not what it says: they hold in every language.
"""
# ruff: noqa: RUF001 - commas of other scripts

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from copytaster.body.layout import HEADINGS, Role
from copytaster.body.lines import SHORT, Column, Lines, Whole
from copytaster.body.names import sorts
from copytaster.model import Block
from copytaster.strip import phrases
from copytaster.strip.folding import fold, letters

Columns = dict[str, Column]

_FAR = 20.0  # lines; further is as good as never
_DEEP = 12.0
_BEGINNING = 25  # characters by which a line is found in another reading
_ABSTRACT = 60
_NAMED = 400
_SAMPLE = 80
_CAPITALS = 12  # words that are looked at
_CHROME = frozenset({"related", "subscribe", "comments"})
_COMMAS = ",，、،"
_DIGIT, _BEYOND_ASCII = re.compile("[0-9]"), re.compile("[^\x00-\x7f]")
_ROLES_BELOW, _ROLES_ANYWHERE = (
    {int(role): str(role.name).lower() for role in roles}
    for roles in ([role for role in Role if role is not Role.MAIN], (Role.MAIN, Role.HIDDEN, Role.ARTICLE))
)
_SORTS_OF_TAGS: Mapping[str, frozenset[str]] = {
    "is_p": frozenset({"p"}), "is_li": frozenset({"li"}), "is_heading": HEADINGS, "is_h1": frozenset({"h1"}),
    "is_h2": frozenset({"h2"}), "is_cell": frozenset({"td", "th"}), "is_figcaption": frozenset({"figcaption"}),
    "is_div": frozenset({"div", "section", "article", "body"}),
}  # fmt: skip


def measure(lines: Lines) -> Columns:
    """Put into numbers what speaks for and against each line; no other reading is asked."""
    columns: Columns = {}
    for group in _GROUPS:
        columns |= group(lines)
    return columns


def compare(lines: Lines, reading: Sequence[Block]) -> Columns:
    """Put into numbers what another reading of the page takes for the article."""
    taken = _taken(lines.layout.texts, reading)
    found = np.flatnonzero(taken > 0.6)  # noqa: PLR2004 - more than its beginning
    places = np.arange(len(lines))
    first, last = (int(found[0]), int(found[-1])) if len(found) else (len(lines), -1)
    around = sum((_shifted(taken, step) for step in (1, -1, 2, -2, 3, -3)), np.zeros(len(lines))) / 6
    held, whole = lines.within(taken * lines.width), np.maximum(lines.within(lines.width), 1)
    share = held / whole
    parent, grandparent, top = _above(lines)
    return {
        "read": taken,
        "read_before": _shifted(taken, -1),
        "read_after": _shifted(taken, 1),
        "read_around": around,
        "read_of_parent": share[parent],
        "read_of_grandparent": share[grandparent],
        "read_of_top": share[top],
        "read_of_page": np.full(len(lines), share[0]),
        "within_reading": ((places >= first) & (places <= last)).astype(np.float64),
    }


def _taken(texts: Sequence[str], reading: Sequence[Block]) -> Column:
    """Find each line in a reading: 1 wholly, 0.7 its beginning, 0 not at all."""
    keys = ["".join(block.text.split()).lower() for block in reading]
    wholes, joined = frozenset(keys), "\n".join(keys)
    taken = np.zeros(len(texts))
    for place, text in enumerate(texts):
        key = "".join(text.split()).lower()
        if key in wholes:
            taken[place] = 1.0
        elif len(key) >= _BEGINNING and key[:_BEGINNING] in joined:
            taken[place] = 1.0 if key[-_BEGINNING:] in joined else 0.7
    return taken


def _of_text(lines: Lines) -> Columns:
    texts, sizes = lines.layout.texts, np.maximum(lines.width, 1)
    commas = [sum(map(text.count, "," if text.isascii() else _COMMAS)) for text in texts]
    digits = [_count_digits(text[:_SAMPLE]) for text in texts]
    counts = Counter(texts)
    return {
        "width": np.log1p(lines.width),
        "link": lines.link,
        "ends": lines.ends,
        "commas": np.array(commas) / sizes * 100,
        "digits": np.array(digits) / np.minimum(sizes, _SAMPLE),
        "capitals": np.array([_capitals(text) for text in texts], np.float64),
        "repeats": np.minimum(np.array([counts[text] for text in texts], np.float64), 4.0),
    }


def _count_digits(text: str) -> int:
    count = len(_DIGIT.findall(text))
    return count if text.isascii() else count + sum(map(str.isdigit, _BEYOND_ASCII.findall(text)))


def _capitals(text: str) -> float:
    words = text.split(" ", _CAPITALS)[:_CAPITALS]
    return [word[:1].isupper() for word in words].count(True) / len(words)


def _of_tag(lines: Lines) -> Columns:
    numbers = {tag: number for number, tag in enumerate(dict.fromkeys(lines.layout.tags))}
    held = np.array([[tag in sort for tag in numbers] for sort in _SORTS_OF_TAGS.values()], np.float64)
    rows = held[:, [numbers[tag] for tag in lines.layout.tags]]
    return dict(zip(_SORTS_OF_TAGS, rows, strict=True))


def _of_boxes(lines: Lines) -> Columns:
    """Tell what the boxes are that hold a line: by role, and by what their names tell."""
    place, box = lines.place, lines.box
    named = {1 << bit: sort for bit, sort in enumerate(sorts())}
    return (
        _bits("in_", place.roles[box], _ROLES_BELOW)
        | _bits("anywhere_in_", place.all_roles[box], _ROLES_ANYWHERE)
        | _bits("near_", place.near_sorts[box], named)
        | _bits("below_", place.sorts[box], named)
    )


def _of_place(lines: Lines) -> Columns:
    """Tell where a line stands: on the page, among the running text, from the main box."""
    count, box, place = len(lines), lines.box, lines.place
    before = (np.cumsum(lines.prose) - lines.prose) / lines.total
    told: Column = np.cumsum(lines.strong) - lines.strong.astype(np.float64)
    return {
        "position": np.arange(count) / max(1, count),
        "text_before": before,
        "text_after": 1 - before - lines.prose / lines.total,
        "paragraphs_before": np.minimum(told, _FAR),
        "paragraphs_after": np.minimum(lines.strong.sum() - told - lines.strong, _FAR),
        "since_paragraph": _since(lines.strong),
        "until_paragraph": _since(lines.strong[::-1])[::-1],
        "in_main_box": place.in_main[box].astype(np.float64),
        "in_best_box": place.in_best[box].astype(np.float64),
        "is_best_box": (lines.parents[box] == lines.best).astype(np.float64) + (box == lines.best),
        "down_from_main": place.down[box],
        "up_to_main": np.minimum(place.up[box], _DEEP),
        "text": np.full(count, np.log1p(lines.total)),
        "text_of_main": np.full(count, lines.prose_within[lines.main] / lines.total),
    }


def _of_company(lines: Lines) -> Columns:
    """Tell what else the boxes hold, and how much text stands in boxes that look the same."""
    size, linked = lines.within(lines.width), lines.within(lines.width * lines.link)
    count, prose = lines.within(np.ones(len(lines))), lines.prose_within
    columns: Columns = {}
    for name, above in zip(("parent", "grandparent", "top"), _above(lines), strict=True):
        columns[f"links_of_{name}"] = linked[above] / np.maximum(size[above], 1)
        columns[f"text_of_{name}"] = prose[above] / lines.total
        columns[f"lines_of_{name}"] = np.log1p(count[above])
        columns[f"prose_of_{name}"] = prose[above] / np.maximum(size[above], 1)
        columns[f"width_in_{name}"] = np.log1p(size[above] / np.maximum(count[above], 1))
    layout, parents = lines.layout, lines.layout.parents
    alike = [(layout.box_tags[box], layout.names[box], layout.names[parents[box]]) for box in layout.boxes]
    siblings = [(layout.box_tags[box], parents[box]) for box in layout.boxes]
    return columns | {"text_alike": _share(alike, lines), "text_of_siblings": _share(siblings, lines)}


def _share(looks: Sequence[tuple[object, ...]], lines: Lines) -> Column:
    sums: dict[tuple[object, ...], float] = {}
    for look, prose in zip(looks, lines.prose.tolist(), strict=True):
        sums[look] = sums.get(look, 0.0) + prose
    return np.array([sums[look] for look in looks]) / lines.total


def _of_neighbours(lines: Lines) -> Columns:
    box, count = lines.box.astype(np.float64), len(lines)
    parent, width = lines.parents[lines.box].astype(np.float64), np.log1p(lines.width)
    columns: Columns = {}
    for name, step in (("next", 1), ("last", -1), ("next_but_one", 2), ("last_but_one", -2)):
        beside = np.where(_shifted(parent, step) == parent, 0.5, 0.0)
        beside[_shifted(box, step) == box] = 1.0
        beside[slice(max(0, count - step), None) if step > 0 else slice(-step)] = 0.0
        columns[f"width_of_{name}"] = _shifted(width, step)
        columns[f"link_of_{name}"] = _shifted(lines.link, step)
        columns[f"beside_{name}"] = beside
    columns["next_ends"] = _shifted(lines.ends, 1)
    return columns


def _of_claims(lines: Lines) -> Columns:
    """Compare each line with what the page says of the article."""
    told, texts = lines.told, lines.layout.texts
    headline, abstract = letters(told.headline or ""), letters(told.abstract or "")[:_ABSTRACT]
    words = frozenset(fold(told.headline or "").split())
    names = [letters(name) for name in told.authors if len(name) > 4]  # noqa: PLR2004 - shorter is in many words
    begun = [
        letters(text[: 5 * _ABSTRACT]) if near else ""
        for text, near in zip(texts, lines.near.tolist(), strict=True)
    ]
    is_headline = _flags(bool(headline) and line == headline for line in begun)
    is_abstract = _flags(
        len(line) > 20 and bool(abstract) and line[:_ABSTRACT] == abstract[: len(line)]  # noqa: PLR2004
        for line in begun
    )
    return {
        "is_headline": is_headline,
        "headline_words": np.array([_overlap(key, words) for key in lines.keys]),
        "is_abstract": is_abstract,
        "names_author": _flags(
            len(line) < _NAMED and any(name in line for name in names) if names else False for line in begun
        ),
        "in_declared_body": _in_declared(texts, told.body),
        "from_headline": _from_headline(lines, is_headline),
    }


def _overlap(key: str, words: frozenset[str]) -> float:
    if not words or not key or len(key) > SHORT:
        return 0.0
    own = frozenset(key.split())
    return len(own & words) / max(1, len(own))


def _in_declared(texts: Sequence[str], body: str) -> Column:
    """Say whether a line stands in the text that JSON-LD gives: 1 yes, 0 no, a half where it gives none."""
    if len(body) < SHORT:
        return np.full(len(texts), 0.5)
    declared = "".join(body.split()).lower()
    begun = (
        "".join(text[: 5 * _BEGINNING].split()).lower() for text in texts
    )  # it has no space next to another
    return _flags(key[: 2 * _BEGINNING] in declared for key in begun)


def _from_headline(lines: Lines, is_headline: Column) -> Column:
    """Lines from the headline: the last one above the text."""
    first = int(np.argmax(lines.strong)) if lines.strong.any() else len(lines)
    marked = np.flatnonzero(is_headline)
    if not len(marked):
        marked = np.flatnonzero(_flags(tag == "h1" for tag in lines.layout.tags))
    if not len(marked):
        return np.zeros(len(lines))
    above = marked[marked <= first]
    start = int(above[-1] if len(above) else marked[0])
    return np.clip(np.arange(len(lines)) - start, -30.0, 30.0)


def _of_phrases(lines: Lines) -> Columns:
    """Whether a line says what chrome says, and how long ago a heading did."""
    told = phrases.load()
    language = lines.told.language.split("-")[0].casefold() if lines.told.language else None
    says, heads = np.zeros(len(lines)), np.zeros(len(lines), bool)
    for place in np.flatnonzero(lines.near).tolist():
        if len(lines.layout.texts[place]) <= SHORT:
            rules = told.whole_rules(lines.keys[place], language)
            says[place] = 1.0 if rules else 0.0
            if not rules and (rules := told.open_rules(lines.keys[place], language)):
                says[place] = 0.5
            heads[place] = not rules.isdisjoint(_CHROME)
    return {
        "says_chrome": says,
        "next_says_chrome": _shifted(says, 1),
        "last_says_chrome": _shifted(says, -1),
        "since_chrome": _since_chrome(lines, heads),
    }


def _since_chrome(lines: Lines, heads: npt.NDArray[np.bool_]) -> Column:
    """Lines since one that heads other stories, comments or a newsletter, until text of the article's own box."""
    own = lines.strong & (lines.prose > 0) & (lines.parents[lines.box] == lines.best)
    since, passed = np.full(len(lines), _FAR), _FAR
    for place, (head, text) in enumerate(zip(heads.tolist(), own.tolist(), strict=True)):
        passed = 0.0 if head else _FAR if text else min(passed + 1, _FAR)
        since[place] = passed
    return since


_GROUPS: Iterable[Callable[[Lines], Columns]] = (
    _of_text, _of_tag, _of_boxes, _of_place, _of_company, _of_neighbours, _of_claims, _of_phrases,
)  # fmt: skip


def _above(lines: Lines) -> tuple[Whole, Whole, Whole]:
    """Parent, grandparent and outermost box of each line's box."""
    parent = lines.parents[lines.box]
    return parent, lines.parents[parent], lines.place.top[lines.box]


def _flags(answers: Iterable[bool]) -> Column:
    return np.array(list(answers), np.float64)


def _bits(prefix: str, values: Whole, wanted: Mapping[int, str]) -> Columns:
    """Give a column for each bit that is wanted, under its name."""
    rows = ((values & np.array(list(wanted))[:, None]) > 0).astype(np.float64)
    return {prefix + name: row for name, row in zip(wanted.values(), rows, strict=True)}


def _shifted(values: Column, step: int) -> Column:
    """Give each line the value of the one ``step`` lines further on; nothing beyond the ends."""
    moved = np.zeros(len(values))
    if step > 0:
        moved[:-step] = values[step:]
    else:
        moved[-step:] = values[:step]
    return moved


def _since(marks: npt.NDArray[np.bool_]) -> Column:
    """Lines since the last marked one."""
    places = np.arange(len(marks))
    last = np.maximum.accumulate(np.where(marks, places, -1))
    last = np.concatenate([[-1], last[:-1]])
    return np.where(last < 0, _FAR, np.minimum(places - last - 1, _FAR)).astype(np.float64)
