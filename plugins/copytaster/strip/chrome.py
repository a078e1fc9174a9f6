"""Rules for single lines of chrome: buttons, notices, labels. Pure."""

from collections.abc import Callable, Iterator

from copytaster.strip.page import Standing


def lines_saying(rule: str) -> Callable[[Standing], Iterator[int]]:
    """Make the finder of lines that are, as a whole, a phrase of the rule."""

    def find(page: Standing) -> Iterator[int]:
        return (i for i, rules in enumerate(page.rules) if rule in rules)

    return find


def repeated_headline(page: Standing) -> Iterator[int]:
    """Find the headline once more, above the first paragraph."""
    headline = page.told.headline
    if headline:
        for i in range(min(page.first_prose, len(page.lines))):
            if page.lines[i].letters == headline:
                yield i
