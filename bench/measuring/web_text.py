"""Invented news: a headline, paragraphs and the HTML page around them, all from one number."""

# ruff: noqa: S311 - no secret is its purpose
import html
import json
import random
from dataclasses import dataclass
from datetime import datetime

_SYLLABLES = [
    "bar",
    "cor",
    "del",
    "fen",
    "gal",
    "hol",
    "ker",
    "lor",
    "mar",
    "nor",
    "pel",
    "quil",
    "ros",
    "sal",
    "tam",
    "ver",
    "wick",
    "yar",
    "zen",
    "dun",
]
_ENDS = ["a", "en", "ford", "ham", "is", "ley", "mere", "o", "ster", "ton", "wen", "y"]
_ROLES = (
    "harbour master",
    "school inspector",
    "ferry captain",
    "bridge engineer",
    "market warden",
    "town clerk",
)
_THINGS = (
    "new tram line",
    "old sea wall",
    "flour mill",
    "fish market",
    "library roof",
    "lock gate",
    "bus depot",
)
_DEEDS = (
    "was closed for repairs",
    "opened a week early",
    "cost more than planned",
    "found a buyer",
    "lost its licence",
)
_REASONS = ("after heavy rain", "despite a petition", "on the advice of surveyors", "because of rising costs")
_LATER = (
    "a second survey is due",
    "the council votes again",
    "work resumes",
    "tickets go on sale",
    "a judge decides",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What an article tells."""

    headline: str
    author: str
    paragraphs: tuple[str, ...]
    published_at: datetime


def slug(chance: random.Random) -> str:
    """Make the last part of an article's address."""
    return "-".join(_name(chance).lower() for _ in range(4)) + f"-{chance.randrange(10**5, 10**6)}"


def story(number: str, published_at: datetime) -> Story:
    """Make the story of that number: no sentence of it stands in another."""
    chance = random.Random(number)
    thing, place = chance.choice(_THINGS), _name(chance)
    return Story(
        headline=f"The {thing} of {place} {chance.choice(_DEEDS)} {chance.choice(_REASONS)}",
        author=_person(chance),
        paragraphs=tuple(_paragraph(chance, thing, place) for _ in range(chance.randint(5, 8))),
        published_at=published_at,
    )


def page(told: Story, *, url: str, outlet: str, others: tuple[tuple[str, str], ...] = ()) -> str:
    """Set a story as a page with navigation, teasers to ``others`` (address, words) and a footer."""
    text = "\n".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in told.paragraphs)
    facts = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": told.headline,
        "datePublished": told.published_at.isoformat(),
        "author": {"@type": "Person", "name": told.author},
        "publisher": {"@type": "NewsMediaOrganization", "name": outlet},
    }
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{html.escape(told.headline)} | {outlet}</title>
<link rel="canonical" href="{url}"><script type="application/ld+json">{json.dumps(facts)}</script></head>
<body><header><a href="/">{outlet}</a><nav><ul><li><a href="/town/">Town</a></li><li><a href="/harbour/">Harbour</a></li></ul></nav></header>
<main><article><h1>{html.escape(told.headline)}</h1>
<p class="byline">By {told.author}</p><time datetime="{told.published_at.isoformat()}">{told.published_at:%d %B %Y}</time>
{text}
</article><section class="related"><h2>Read more</h2><ul>{_teasers(others)}</ul></section></main>
<footer><p>All rights reserved by {outlet}.</p><a href="/privacy">Privacy</a></footer></body></html>
"""


def missing(outlet: str) -> str:
    """Set the page that says, with status 200, that there is no page."""
    return (
        f'<!doctype html><html lang="en"><head><title>Page not found | {outlet}</title></head><body><header>{outlet}</header>'
        "<main><h1>404 - Page not found</h1><p>Sorry, the page you are looking for does not exist or has been moved.</p>"
        '<p><a href="/">Back to the home page</a></p></main></body></html>'
    )


def _teasers(others: tuple[tuple[str, str], ...]) -> str:
    return "".join(f'<li><a href="{url}">{html.escape(words)}</a></li>' for url, words in others)


def _paragraph(chance: random.Random, thing: str, place: str) -> str:
    person, other = _person(chance), _person(chance)
    year, sum_, days = (
        chance.randrange(1880, 2020),
        chance.randrange(1_000, 900_000),
        chance.randrange(2, 300),
    )
    sentences = [
        f"{person}, a {chance.choice(_ROLES)} from {_name(chance)}, said that the {thing} had stood in {place} since {year}.",
        f"Repairs at {_name(chance)} would cost about {sum_:,} crowns and take {days} days, according to {other}.",
        f"“We counted {days} visitors near {_name(chance)} on the first morning, and {person.split()[0]} spoke to each of them,” {other} recalled.",
        f"In {_name(chance)}, where {sum_ % 977} people live, {chance.choice(_LATER)} before the {days}th day of the year.",
        f"The {chance.choice(_THINGS)} of {_name(chance)} {chance.choice(_DEEDS)} in {year}, and {other} remembers it well.",
    ]
    chance.shuffle(sentences)
    return " ".join(sentences[: chance.randint(2, 4)])


def _person(chance: random.Random) -> str:
    return f"{_name(chance)} {_name(chance)}"


def _name(chance: random.Random) -> str:
    return (chance.choice(_SYLLABLES) + chance.choice(_SYLLABLES) + chance.choice(_ENDS)).capitalize()
