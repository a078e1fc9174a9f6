"""News pages of a size: real ones where there is a corpus, made-up ones of the same make elsewhere."""

import random
from collections.abc import Iterator
from itertools import accumulate, islice

from measuring.samples import CORPUS, corpus_pages

_WORDS = 25_000
_LETTERS = "etaoinshrdlcumwfgypbvk"
_CARD = (
    '<div class="teaser teaser--{kind} teaser--small js-teaser" data-id="{number}" data-position="list">\n'
    '  <a class="teaser__link" href="https://www.harbour.example/{kind}/{number}" data-track="teaser-click">\n'
    '    <picture class="teaser__picture"><img class="teaser__image" loading="lazy" width="320" height="180"\n'
    '      src="https://img.harbour.example/{number}/320x180.jpg" srcset="https://img.harbour.example/{number}/640x360.jpg 2x"\n'
    '      alt="{alt}"></picture>\n'
    '    <h3 class="teaser__title">{title}</h3>\n  </a>\n</div>\n'
)
_KINDS = ("politics", "harbour", "business", "culture", "sport")


def news_pages(count: int, *, least: int, most: int) -> tuple[list[bytes], str]:
    """Give pages of ``least`` to ``most`` bytes, always the same ones, and say what they are."""
    if CORPUS.is_dir():
        fitting = (
            sample.body
            for sample in corpus_pages(CORPUS)
            # A crawler may refuse to keep those that forbid it.
            if least <= len(sample.body) <= most and b"noarchive" not in sample.body.lower()
        )
        found = sorted(fitting, key=lambda body: random.Random(body[:4_096]).random())[:count]  # noqa: S311
        if len(found) == count:
            return found, "real pages"
    return list(islice(made_up(least, most), count)), "made-up pages"


def made_up(least: int, most: int) -> Iterator[bytes]:
    """Yield pages like those of a news site: paragraphs of a Zipf vocabulary between teasers, scripts and data."""
    chance = random.Random(1848)  # noqa: S311 - the same pages every time
    words = ["".join(chance.choices(_LETTERS, k=chance.randint(2, 11))) for _ in range(_WORDS)]
    weights = list(accumulate(1 / (rank + 3) for rank in range(_WORDS)))
    while True:
        size = chance.randint(least, most)
        parts = [f"<!doctype html><html lang=en><head><title>{chance.random()}</title></head><body>"]
        length = 0
        while length < size - 4_000:
            parts.append(_part(chance, chance.choices(words, cum_weights=weights, k=90)))
            length += len(parts[-1])
        yield ("".join(parts) + " " * max(0, least - length)).encode()


def _part(chance: random.Random, words: list[str]) -> str:
    """Make a paragraph, a few teasers, or a piece of data such as scripts carry."""
    die = chance.random()
    if die < 0.5:  # noqa: PLR2004 - shares as they are in the wild
        return f"<p>{' '.join(words)}.</p>\n"
    if die < 0.9:  # noqa: PLR2004
        return "".join(_card(chance, words[at : at + 12]) for at in range(0, 60, 12))
    rows = ",".join(
        f'{{"id":{chance.getrandbits(24)},"type":"article","title":"{word}"}}' for word in words[:30]
    )
    return f"<script type=application/json>[{rows}]</script>\n"


def _card(chance: random.Random, words: list[str]) -> str:
    return _CARD.format(
        kind=chance.choice(_KINDS),
        number=chance.getrandbits(24),
        alt=" ".join(words[:5]),
        title=" ".join(words[5:]),
    )
