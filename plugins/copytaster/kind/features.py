"""Facts -> the numbers that the scorecard goes by, each with the sentence that says it. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from copytaster.jsonld import is_article
from copytaster.kind.address import leads_below
from copytaster.kind.facts import Facts

_INPUTS = etree.XPath("count(/descendant::*[self::input or self::select or self::button])")
_ITEMS = etree.XPath("count(/descendant::li)")
_ROWS = etree.XPath("count(/descendant::tr)")
_USER = re.compile(
    r"[/?&](?:users?|members?|profiles?|u|uid|memberlist|profil|membre|mitglied|usuario|people)"
    r"(?:[/=]|\.php\?[a-z]+=)([^/?&#\n]+)"
)
_LIST_TYPES = frozenset({"CollectionPage", "ItemList", "SearchResultsPage", "OfferCatalog", "ProductGroup"})
_THREAD_TYPES = frozenset({"DiscussionForumPosting", "QAPage", "Question", "Answer"})
_PAGE_OF_ONE = re.compile(r"(?<![\w-])(?:single|story|article|single-post)(?![\w])|post-template|node-type-")
_PAGE_OF_MANY = re.compile(
    r"(?<![\w-])(?:archive|category|tag|home|blog|search)(?![\w-])|listing|collection|catalog"
)


@dataclass(frozen=True, slots=True)
class Feature:
    """A number of a page, and how it is said: ``{}`` is the number."""

    measure: Callable[[Facts], float]
    sentence: str


def _mark(name: str) -> Callable[[Facts], float]:
    return lambda facts: facts.outline.marks[name]


def _users(facts: Facts) -> float:
    return len(set(_USER.findall("\n".join(facts.outline.hrefs))))


def _below(facts: Facts) -> float:
    found = {href.partition("?")[0].partition("#")[0] for href in facts.outline.hrefs}
    return sum(leads_below(href, facts.address) for href in found if not facts.address.path.startswith(href))


def _body_class(pattern: re.Pattern[str]) -> Callable[[Facts], float]:
    def measure(facts: Facts) -> float:
        body = facts.tree.find("body")
        names = (body.get("class") or "")[:1_000].lower() if body is not None else ""
        return pattern.search(names) is not None

    return measure


def _longest_heading(facts: Facts) -> float:
    return max((len(heading.text.split()) for heading in facts.signals.headings[:3]), default=0)


def _article_nodes(facts: Facts) -> float:
    return sum(
        is_article(node) and bool(node.get("headline") or node.get("datePublished"))
        for node in facts.signals.nodes
    )


def _says_marks(mark: str, about: str) -> tuple[str, Feature]:
    return f"{mark}_names", Feature(_mark(mark), f"{{}} class names and ids speak of {about}")


#: All that the scorecard may ask for.
FEATURES: dict[str, Feature] = {
    "forum_address": Feature(lambda f: len(f.address.forum_words), "{} words of a forum in the address"),
    "list_address": Feature(lambda f: len(f.address.list_words), "{} words of a list or shop in the address"),
    "front_address": Feature(lambda f: f.address.is_front, "the address of a front page"),
    "dated_address": Feature(lambda f: f.address.is_dated, "a date in the address"),
    "address_words": Feature(lambda f: f.address.words, "{} words in the last part of the address"),
    "links_below": Feature(_below, "{} links lead to pages below this one"),
    "prose": Feature(lambda f: f.prose, "{} characters of running text"),
    "longest": Feature(lambda f: f.outline.longest, "no text over {} characters"),
    "texts": Feature(lambda f: len(f.outline.running), "{} running texts"),
    "main_column": Feature(lambda f: f.outline.main_column, "at most {} characters of running text in one column"),
    "main_share": Feature(
        lambda f: f.outline.main_column / f.prose if f.prose else 0, "{:.0%} of the running text in one column"
    ),
    "columns": Feature(lambda f: len(f.outline.columns), "running text in {} places"),
    "in_a_row": Feature(lambda f: f.outline.in_a_row, "{} paragraphs in a row"),
    "scattered": Feature(lambda f: f.outline.scattered[0], "{} blocks of one kind with running text"),
    "scattered_share": Feature(
        lambda f: f.outline.scattered[1], "{:.0%} of the running text in blocks of one kind"
    ),
    "link_share": Feature(lambda f: f.outline.link_share, "{:.0%} of the text is links"),
    "linked_headings": Feature(lambda f: f.headings, "{} headings that are links"),
    "teasers": Feature(lambda f: f.teasers, "{} links as long as headlines"),
    "cards": Feature(lambda f: f.outline.cards.linked, "{:.0f} cards with a link"),
    "cards_headed": Feature(lambda f: f.outline.cards.headed, "{:.0f} cards with link and heading"),
    "cards_pictured": Feature(lambda f: f.outline.cards.pictured, "{:.0f} cards with link and picture"),
    "cards_priced": Feature(lambda f: f.outline.cards.priced, "{:.0f} cards with link and price"),
    "label": Feature(lambda f: f.outline.label[1], "one label stands in {} links and buttons"),
    "users": Feature(_users, "links to the pages of {} users"),
    "inputs": Feature(lambda f: float(_INPUTS(f.tree)), "{:.0f} fields and buttons"),
    "items": Feature(lambda f: float(_ITEMS(f.tree)), "{:.0f} list items"),
    "rows": Feature(lambda f: float(_ROWS(f.tree)), "{:.0f} rows of tables"),
    "times": Feature(lambda f: len(f.signals.times), "{} times and dates marked up"),
    "title_words": Feature(lambda f: len(f.signals.title.split()), "{} words in the title"),
    "heading_words": Feature(_longest_heading, "{} words in the first heading"),
    "article_nodes": Feature(_article_nodes, "{} articles in JSON-LD"),
    "list_types": Feature(lambda f: bool(f.types & _LIST_TYPES), "a list in JSON-LD"),
    "thread_types": Feature(lambda f: bool(f.types & _THREAD_TYPES), "a thread in JSON-LD"),
    "og_article": Feature(lambda f: f.og_type == "article", "og:type article"),
    "og_website": Feature(lambda f: f.og_type in {"website", "blog"}, "og:type of a whole site"),
    "author_named": Feature(
        lambda f: f.signals.first("author", "article:author") is not None, "an author in the meta tags"
    ),
    "body_of_one": Feature(_body_class(_PAGE_OF_ONE), "class of the body speaks of one article"),
    "body_of_many": Feature(_body_class(_PAGE_OF_MANY), "class of the body speaks of a list"),
    **dict(
        (
            _says_marks("forum", "a forum"),
            _says_marks("member", "members"),
            _says_marks("reply", "replies"),
            _says_marks("post", "posts"),
            _says_marks("comment", "comments"),
            _says_marks("shop", "a shop"),
            _says_marks("price", "prices"),
            _says_marks("filter", "filters or sorting"),
            _says_marks("card", "cards or results"),
            _says_marks("item", "items or entries"),
            _says_marks("archive", "categories or tags"),
            _says_marks("article", "a headline or an author"),
            _says_marks("single", "a single page"),
            _says_marks("related", "related pages or sharing"),
        )
    ),
}  # fmt: skip
