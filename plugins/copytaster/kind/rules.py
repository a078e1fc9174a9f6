"""Facts -> a kind that two signs prove, with these signs. Pure."""

import re
from collections.abc import Callable
from http import HTTPStatus

from lxml import etree

from copytaster.chars import folded
from copytaster.jsonld import is_article, strings, types_of
from copytaster.kind.facts import Facts, phrases
from copytaster.model import PageKind
from copytaster.rights import read_accessibility

_PASSWORD = etree.XPath("boolean(//input[@type='password'])")
_CAPTCHA = etree.XPath(
    "boolean(//*[contains(@id,'challenge-') or contains(@id,'px-captcha') or contains(@class,'cf-') or contains(@class,'h-captcha')"
    " or contains(@class,'g-recaptcha')] | //script[contains(@src,'captcha') or contains(@src,'challenge')])"
)
_PARAGRAPHS = etree.XPath(
    "count(//p[string-length() >= 200 and not(ancestor::a or .//a[string-length() > 100])]) >= 3"
)
_APP_ROOT = etree.XPath("boolean(//*[@id='root' or @id='app' or @id='__next' or @id='__nuxt'])")
_FORUM_SOFTWARE = re.compile(
    r"phpbb|vbulletin|xenforo|discourse|invision|mybb|smf|flarum|vanilla|nodebb", re.IGNORECASE
)

# Characters of running text that a page of each sort has at most, or an article at least.
_NEXT_TO_NOTHING = 250
_FEW = 1_200
_STUB = 1_000
_FULL = 600
_MANY_TEASERS = 15
_FORUM_WORDS = 2
_LIST_NODES = frozenset({"CollectionPage", "ItemList", "SearchResultsPage"})
_FORUM_NODES = frozenset({"DiscussionForumPosting", "QAPage"})
_MEDIA_NODES = frozenset(
    {
        "VideoObject",
        "AudioObject",
        "PodcastEpisode",
        "Clip",
        "RadioEpisode",
        "TVEpisode",
        "Movie",
        "MusicRecording",
    }
)


Judgement = tuple[PageKind, tuple[str, ...]]


def settle(facts: Facts) -> Judgement | None:
    """Give the first kind, most certain first, that is proven; None where only weighing can tell."""
    for kind, find in _CERTAIN:
        if evidence := find(facts):
            return kind, evidence
    if _reads_as_article(facts):
        return "article", ()
    for kind, find in _LISTS:
        if evidence := find(facts):
            return kind, evidence
    return None


def _reads_as_article(facts: Facts) -> bool:
    """Markup says that it is one, and there is a full column of running text."""
    if facts.address.is_front or facts.address.forum_words:
        return False
    claims = facts.has_article_node or facts.og_type == "article"
    return claims and facts.outline.main_column > _COLUMN


def _bot_challenge(facts: Facts) -> tuple[str, ...]:
    if facts.claims_article or facts.prose > _FEW:
        return ()
    title = facts.titled("bot_challenge")
    is_refused = (
        facts.prose < _NEXT_TO_NOTHING
        or facts.page.http_status >= HTTPStatus.BAD_REQUEST
        or _CAPTCHA(facts.tree)
    )
    if not title and not is_refused:
        return ()  # before all that is seen is read, which is dear
    text = facts.says("bot_challenge")
    signs = [f"title says {title!r}"] * bool(title) + [f"text says {text!r}"] * bool(text)
    if signs and (is_refused or (title and text)):
        return (*signs, f"{facts.prose} characters of text")
    return ()


def _consent_wall(facts: Facts) -> tuple[str, ...]:
    if facts.has_article_node or facts.prose > 2 * _FEW:
        return ()
    title = facts.titled("consent_wall")
    if not title and (facts.claims_article or facts.teasers >= _TEASERS_OF_A_SITE):
        return ()
    text = None if title else facts.says("consent_wall")
    if not title and not text:
        return ()
    if (other := facts.prose_without("consent_wall")) > _STUB // 2:
        return ()  # a banner over something to read
    said = f"title says {title!r}" if title else f"text says {text!r}"
    return (said, f"{other} characters of text about something else")


def _error_like(kind: PageKind) -> Callable[[Facts], tuple[str, ...]]:
    def find(facts: Facts) -> tuple[str, ...]:
        if facts.claims_article or facts.prose > _FEW:
            return ()
        title = facts.titled(kind)
        return (f"title says {title!r}", f"{facts.prose} characters of text") if title else ()

    return find


def _login(facts: Facts) -> tuple[str, ...]:
    if facts.claims_article or facts.prose > _FULL or not _PASSWORD(facts.tree):
        return ()
    title = facts.titled("login")
    return (f"title says {title!r}", "a field for a password") if title else ()


def _live_blog(facts: Facts) -> tuple[str, ...]:
    live = [node for node in facts.signals.nodes if "LiveBlogPosting" in types_of(node)]
    if live and ("liveBlogUpdate" in live[0] or "coverageStartTime" in live[0]):
        return ("JSON-LD LiveBlogPosting", "updates or a time of coverage in it")
    return ()


def _paywall_stub(facts: Facts) -> tuple[str, ...]:
    if facts.prose > 2 * _STUB:
        return ()
    told = read_accessibility(facts.signals, None)
    is_short = facts.claims_article and facts.prose < _STUB and _is_cut(facts)
    if not is_short and (not told or told[0]):
        return ()
    phrase = facts.says("paywall_stub")
    if told and not told[0] and (facts.prose < _FULL or phrase or _is_cut(facts)):
        return (
            f"{told[1]} says that it is paid for",
            f"{facts.prose} characters of text",
            *([f"text says {phrase!r}"] if phrase else []),
        )
    if phrase and is_short:
        return (f"text says {phrase!r}", f"{facts.prose} characters of text")
    return ()


def _is_cut(facts: Facts) -> bool:
    """JSON-LD counts far more words than the page shows."""
    counts = [
        int(text)
        for node in facts.signals.nodes
        for text in map(str, [node.get("wordCount") or ""])
        if text.isdecimal()
    ]
    return any(count > 100 and count * 5 > 3 * facts.prose for count in counts)  # noqa: PLR2004 - a word has five letters


def _needs_javascript(facts: Facts) -> tuple[str, ...]:
    if facts.prose > 3 * _NEXT_TO_NOTHING:  # cheaper to know than all that is seen
        return ()
    if len(facts.seen) > _NEXT_TO_NOTHING or any(
        strings(node.get("articleBody")) for node in facts.signals.nodes
    ):
        return ()
    hidden = folded(
        " ".join(text for element in facts.tree.iter("noscript") for text in element.itertext())[:5_000]
    )
    phrase = next(
        (
            phrase
            for phrase in phrases("needs_javascript", "texts")
            if phrase in hidden or phrase in facts.seen
        ),
        None,
    )
    if phrase or (_APP_ROOT(facts.tree) and next(facts.tree.iter("script"), None) is not None):
        return (
            f"says {phrase!r}" if phrase else "an empty root for an application",
            f"{len(facts.seen)} characters seen",
        )
    return ()


def _media_only(facts: Facts) -> tuple[str, ...]:
    if facts.prose > _FULL or facts.has_article_node:
        return ()
    if facts.og_type.startswith(("video", "music")):
        return (f"og:type {facts.og_type}", f"{facts.prose} characters of text")
    media = facts.types & _MEDIA_NODES
    return (
        (f"JSON-LD {min(media)}", f"{facts.prose} characters of text")
        if media and facts.og_type != "article"
        else ()
    )


def _gallery(facts: Facts) -> tuple[str, ...]:
    found = facts.types & {"ImageGallery", "MediaGallery"}
    return (
        (f"JSON-LD {min(found)}", f"{facts.prose} characters of text")
        if found and facts.prose < _FULL
        else ()
    )


def _forum(facts: Facts) -> tuple[str, ...]:
    if any(is_article(node) and "NewsArticle" in types_of(node) for node in facts.signals.nodes):
        return ()
    if found := facts.types & _FORUM_NODES:
        return (f"JSON-LD {min(found)}",) if not facts.has_article_node else ()
    if len(words := facts.address.forum_words) >= _FORUM_WORDS and not facts.claims_article:
        return f"{len(words)} words of a forum in the address", "no article in its markup"
    software = _FORUM_SOFTWARE.search(facts.signals.first("generator", "application-name") or "")
    return (
        (f"made by {software[0]}", "no article in its markup")
        if software and not facts.claims_article
        else ()
    )


def _product(facts: Facts) -> tuple[str, ...]:
    if facts.claims_article:
        return ()
    if facts.og_type.startswith("product") or "og:product" in facts.og_type:
        return (f"og:type {facts.og_type}", "no article in its markup")
    sold = any("Product" in types_of(node) and "offers" in node for node in facts.signals.nodes)
    return ("JSON-LD Product with offers", "no article in its markup") if sold and facts.prose < _FEW else ()


def _declared_list(facts: Facts) -> tuple[str, ...]:
    """Find pages whose markup calls them a list and whose look does too."""
    nodes = facts.types & _LIST_NODES
    if not nodes or facts.address.is_front:
        return ()
    seen = _section_front(facts)
    return (f"JSON-LD {min(nodes)}", *seen) if seen else ()


def _section_front(facts: Facts) -> tuple[str, ...]:
    if facts.claims_article or not facts.page.url:
        return ()
    if facts.address.is_front and (facts.teasers >= _MANY_TEASERS or facts.prose < _FULL):
        return ("the address of a front page", f"{facts.teasers} links as long as headlines")
    if (
        facts.og_type == "article"
        or facts.headings < _HEADINGS_OF_A_SECTION
        or _STORY_PATH.search(facts.page.url)
    ):
        return ()
    few_words = (
        facts.prose < facts.headings * _PROSE_OF_A_TEASER * 2 and facts.outline.longest < _LONGEST_TEASER
    )
    if few_words and facts.outline.in_a_row < _TOLD_IN_A_ROW:
        return (
            f"{facts.headings} headings that are links",
            f"no paragraph over {facts.outline.longest} characters",
        )
    return ()


def _listing(facts: Facts) -> tuple[str, ...]:
    if facts.claims_article:
        return ()
    nodes = facts.types & _LIST_NODES
    if (
        nodes
        and facts.og_type != "article"
        and facts.teasers >= _MANY_TEASERS
        and facts.prose < facts.teasers * _PROSE_OF_A_TEASER
    ):
        return (f"JSON-LD {min(nodes)}", f"{facts.teasers} links as long as headlines")
    bare = facts.og_type != "article" and facts.teasers >= _MANY_TEASERS and not facts.prose
    if bare and not _PARAGRAPHS(facts.tree):
        return (f"{facts.teasers} links as long as headlines", "no running text")
    return ()


_TEASERS_OF_A_SITE = 10
_PROSE_OF_A_TEASER = 120
_HEADINGS_OF_A_SECTION = 4
_LONGEST_TEASER = 300
_TOLD_IN_A_ROW = 3
# An address as a single story has it: a date, a number, a headline in words.
_STORY_PATH = re.compile(
    r"/(?:19|20)\d\d/\d\d?/|/[^/?]*(?:-[^/?-]+){3}[^/?]*/?$|/[^/?]*\d{4,}[^/?]*$|/articles?/"
)

_COLUMN = 1_500
_Judges = tuple[tuple[PageKind, Callable[[Facts], tuple[str, ...]]], ...]
_CERTAIN: _Judges = (
    ("bot_challenge", _bot_challenge),
    ("live_blog", _live_blog),
    ("soft_404", _error_like("soft_404")),
    ("error_page", _error_like("error_page")),
    ("consent_wall", _consent_wall),
    ("login", _login),
    ("needs_javascript", _needs_javascript),
    ("paywall_stub", _paywall_stub),
    ("forum", _forum),
    ("gallery", _gallery),
    ("media_only", _media_only),
    ("product", _product),
)
_LISTS: _Judges = (
    ("listing", _declared_list),
    ("section_front", _section_front),
    ("listing", _listing),
)
