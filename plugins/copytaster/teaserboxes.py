"""Parsed page -> the same page without the boxes that tease other stories. Pure; it changes the tree.

A box is the largest element that holds one button and no other of its kind. Boxes are believed where
several are alike: a known "read more", an arrow, a title that links to where the button does, or a
headline above or glued to a short summary. Class names say nothing here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from lxml import etree
from lxml.html import HtmlElement

from copytaster.chars import one_line
from copytaster.model import Block
from copytaster.strip.cards import is_origin
from copytaster.strip.folding import fold
from copytaster.strip.glue import is_caseless_summary, is_glued_text
from copytaster.strip.lines import Line, count_words, read_line
from copytaster.strip.phrases import load
from copytaster.strip.tails import DOTS, part_tails, points
from copytaster.strip.teasers import is_beside_teasers

_LONGEST_BUTTON = 40
_HOLDERS = ("p", "div", "li", "span", "section", "td", "h2", "h3", "h4", "b")
_LEAVES = etree.XPath(
    f"/descendant::*[not(*)][string-length() > 2 and string-length() <= {_LONGEST_BUTTON}]"
    "[not(self::option or self::title or self::time or self::h1 or ancestor::nav or ancestor::footer)]"
)
_LENGTH = etree.XPath("string-length()")
_TEXTS = etree.XPath("descendant::text()", smart_strings=False)
_PROSE_LETTERS = 60
_PROSE = etree.XPath(
    f"/descendant::text()[string-length() >= {_PROSE_LETTERS}][not(ancestor::head or ancestor::textarea)]",
    smart_strings=False,
)
#: Elements that are never a box, whatever they hold.
_WHOLE = frozenset({"html", "body", "main", "article", "table", "tbody", "form", "pre", "blockquote", "head"})
_ROWS = frozenset(
    {"p", "div", "li", "h2", "h3", "h4", "h5", "h6", "section", "header", "br", "dt", "dd", "tr"}
)
_BUTTON_WORDS = 6
_FEW = 3
_MOST_LINES = 4
_PAIR = 2
_MOST_LETTERS = 1_000
_LEAST_LETTERS = 6
_LEAST_ENDED = 8
_END = 4  # letters in which texts that end in the same button agree
_MOST_WORDS = 120
_TITLE_WORDS = range(3, 31)
_MOST = 0.8
_LEAST_LEFT = 0.4  # a page that is mostly boxes is a list of stories, and these are what it is for
_ENOUGH = 300  # letters of an article
_MOST_LEAVES = 20_000


@dataclass(frozen=True, slots=True)
class _Button:
    """A short text that recurs, and the element whose text it is, or ends."""

    element: HtmlElement
    text: str


@dataclass(frozen=True, slots=True)
class _Box:
    element: HtmlElement
    button: _Button
    lines: tuple[str, ...]

    @property
    def letters(self) -> int:
        return sum(map(len, self.lines))


def take_out_boxes(tree: HtmlElement, language: str | None = None) -> tuple[str, ...]:
    """Take the boxes out of a pruned tree, and what is printed around a list of them; say their lines."""
    groups = list(_believed(tree, language))
    boxes = list(chain.from_iterable(groups))
    if not boxes or not _leaves_article(tree, boxes):
        return ()
    elements = {box.element: box.lines for box in boxes}
    around = {
        el: lines for group in groups for el, lines in _around([box.element for box in group], language)
    }
    taken: list[str] = []
    for element, lines in (around | elements).items():
        taken += lines
        _drop(element)
    return tuple(taken)


def _leaves_article(tree: HtmlElement, boxes: Sequence[_Box]) -> bool:
    """Tell whether there is an article beside the boxes: a page of nothing else is a list, and they are its matter."""
    inside = sum(len(text) for box in boxes for text in _TEXTS(box.element) if len(text) >= _PROSE_LETTERS)
    left = sum(map(len, _PROSE(tree))) - inside
    return left >= _ENOUGH or left >= _LEAST_LEFT * (left + sum(box.letters for box in boxes))


def _believed(tree: HtmlElement, language: str | None) -> Iterator[Sequence[_Box]]:
    for key, buttons in _button_groups(tree, language).items():
        inside: Counter[HtmlElement] = Counter(
            up for button in buttons for up in chain((button.element,), button.element.iterancestors())
        )
        sure = "read-more" in load().whole_rules(key, language) or all(map(_points, buttons))
        boxes, teasers = _boxes(buttons, inside, sure=sure)
        if len(teasers) >= (_PAIR if sure else _FEW) and len(teasers) >= _MOST * len(buttons):
            shapes = {_shape(box) for box in teasers if box.element.tag != "p"}
            yield [box for box in boxes if box in teasers or _shape(box) in shapes]


def _boxes(
    buttons: Sequence[_Button], inside: Mapping[HtmlElement, int], *, sure: bool
) -> tuple[list[_Box], list[_Box]]:
    """Give the boxes of some buttons, and those that tease; few or none as soon as too many do not."""
    boxes: list[_Box] = []
    teasers: list[_Box] = []
    for number, button in enumerate(buttons, 1):
        if box := _box(button, inside):
            boxes.append(box)
            if _is_teaser(box, sure=sure):
                teasers.append(box)
        if number - len(teasers) > (1 - _MOST) * len(buttons):
            break
    return boxes, teasers


def _button_groups(tree: HtmlElement, language: str | None) -> Mapping[str, Sequence[_Button]]:
    """Short texts that fill an element, or end it, and stand on the page again, by what they say."""
    groups: dict[str, list[_Button]] = defaultdict(list)
    for leaf in _LEAVES(tree)[:_MOST_LEAVES]:
        groups[leaf.text].append(_Button(leaf, leaf.text))
    merged: dict[str, list[_Button]] = defaultdict(list)
    for text, leaves in groups.items():
        if len(leaves) >= _PAIR and (key := fold(text)):
            merged[key] += leaves
    for button in _ends(tree, language):
        merged[fold(button.text)].append(button)
    return {key: buttons for key, buttons in merged.items() if _can_be_button(key, buttons, language)}


def _ends(tree: HtmlElement, language: str | None) -> Iterator[_Button]:
    """Find the elements with text that ends in a button."""
    ends: defaultdict[str, list[tuple[HtmlElement, str]]] = defaultdict(list)
    for element in islice(tree.iter(*_HOLDERS), _MOST_LEAVES):
        text = element[-1].tail if len(element) else element.text
        if text and _LEAST_ENDED < len(text) <= _MOST_LETTERS:
            ends[text.rstrip()[-_END:]].append((element, text))
    recurring = [
        (element, line)
        for end, same in ends.items()
        if end and len(same) >= _PAIR
        for element, text in same
        if (line := one_line(text))
    ]
    holders, blocks = [element for element, _ in recurring], [Block(text=line) for _, line in recurring]
    for part in part_tails(blocks, language):
        if part.is_tail:
            yield _Button(holders[part.place], part.block.text)


def _can_be_button(key: str, buttons: Sequence[_Button], language: str | None) -> bool:
    if len(buttons) < _PAIR or "#" in key or count_words(key) > _BUTTON_WORDS:
        return False
    rules = load().whole_rules(key, language)
    return "read-more" in rules or (not rules and (len(buttons) >= _FEW or all(map(_points, buttons))))


def _points(button: _Button) -> bool:
    return points(button.text)


def _box(button: _Button, inside: Mapping[HtmlElement, int]) -> _Box | None:
    """Climb from a button to the largest element that holds no other and is not the whole."""
    element = None
    for up in chain((button.element,), button.element.iterancestors()):
        if inside[up] > 1 or up.tag in _WHOLE or _LENGTH(up) > _MOST_LETTERS or up.find(".//h1") is not None:
            break
        element = up
    if element is None:
        return None
    lines = tuple(_lines(element))
    words, letters = sum(map(count_words, lines)), sum(map(len, lines))
    if words > _MOST_WORDS or letters < _LEAST_LETTERS + len(button.text):
        return None
    return _Box(element, button, lines)


def _lines(element: HtmlElement) -> Iterator[str]:
    """Read the lines of an element as they are seen."""
    parts: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if not isinstance(node.tag, str):
            continue
        if node.tag in _ROWS:
            if text := one_line("".join(parts)):
                yield text
            parts = []
        if event == "start":
            parts.append(node.text or "")
        elif node is not element:
            parts.append(node.tail or "")
    if text := one_line("".join(parts)):
        yield text


def _is_teaser(box: _Box, *, sure: bool) -> bool:
    """Tell whether a box ends in its button and has a headline: glued to a summary, linked, or above the rest."""
    said = one_line(box.button.text)
    if not box.lines[-1].endswith(said):
        return False
    lines = box.lines[1:] if len(box.lines) > _PAIR and is_origin(_read(box.lines[0], None)) else box.lines
    first = lines[0].removesuffix(said).rstrip()
    if not first:
        return False
    if is_glued_text(first) or _same_target(box):
        return True
    if is_caseless_summary(first) and (lines[0].endswith(said) or _leads_on(box.button)):
        return True
    titled = count_words(first) in _TITLE_WORDS and first[-1] not in ".。:\uff1a"
    return titled and (sure or _PAIR <= len(box.lines) <= _MOST_LINES)


def _leads_on(button: _Button) -> bool:
    """Tell whether a button is a link, or ends in an arrow or dots."""
    text = button.text.rstrip()
    return points(text) or text.endswith(DOTS) or any(up.tag == "a" for up in _near(button.element))


def _near(element: HtmlElement) -> Iterator[HtmlElement]:
    return islice(chain((element,), element.iterancestors()), _PAIR)


def _same_target(box: _Box) -> bool:
    """Tell whether the headline links to where the button does."""
    links = [link.get("href") for link in box.element.iter("a")]
    return len(links) >= _PAIR and len(set(links)) == 1 and bool(links[0])


def _shape(box: _Box) -> tuple[object, ...]:
    return box.element.tag, box.element.get("class"), len(box.lines)


def _around(
    boxes: Sequence[HtmlElement], language: str | None
) -> Iterator[tuple[HtmlElement, tuple[str, ...]]]:
    """Find keywords, headings and share lines above the first of several boxes in a row, and below the last."""
    run = [box for box in boxes if box.getparent() is boxes[-1].getparent()]
    start = len(run) - 1
    while start and run[start].getprevious() is run[start - 1]:
        start -= 1
    if len(run) - start < _PAIR:
        return
    yield from _labels(run[start].itersiblings(preceding=True), language)
    below = list(_labels(run[-1].itersiblings(), language))
    if len(below) == sum(isinstance(node.tag, str) for node in run[-1].itersiblings()):
        yield from below


def _labels(
    siblings: Iterator[HtmlElement], language: str | None
) -> Iterator[tuple[HtmlElement, tuple[str, ...]]]:
    for element in siblings:
        lines = tuple(_lines(element))
        if (
            not lines
            or len(lines) > _FEW
            or not all(is_beside_teasers(_read(line, language)) for line in lines)
        ):
            return
        yield element, lines


def _read(text: str, language: str | None) -> Line:
    return read_line(Block(text=text), 0, language)


def _drop(element: HtmlElement) -> None:
    """Take an element out; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail and element.tail.strip():
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)
