"""Every rule in one table: the name that a cut carries, what it cuts, and its finder. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from copytaster.strip import chrome, edges, markup, teasers
from copytaster.strip.page import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A name that users see, what it cuts, and the finder of its lines.

    A bold rule may cut whole paragraphs: what it cut is given back where too little is left.
    """

    name: str
    cuts: str
    find: Callable[[Standing], Iterable[int]]
    bold: bool = False


#: In the order in which a line is credited to one.
RULES: tuple[Rule, ...] = (
    Rule(name="leaked-markup", cuts="markup, script, style or data", find=markup.leaked_markup),
    Rule(name="bare-address", cuts="a web or mail address alone", find=markup.bare_addresses),
    Rule(name="repeated-headline", cuts="the headline again", find=edges.repeated_headline),
    Rule(name="above-headline", cuts="kickers and breadcrumbs above it", find=edges.above_headline),
    Rule(name="repeated-abstract", cuts="the abstract above the same words", find=edges.repeated_abstract),
    Rule(name="keyword-line", cuts="site keywords between commas", find=teasers.keyword_lines),
    Rule(name="read-more", cuts='"read more" alone', find=teasers.buttons),
    Rule(
        name="teaser",
        cuts='another story above its "read more"',
        find=teasers.teasers_above_buttons,
        bold=True,
    ),
    Rule(name="beside-teasers", cuts="what is printed around teasers", find=teasers.beside_teasers),
    Rule(name="related-list", cuts="a list of other stories", find=teasers.related_lists, bold=True),
    Rule(
        name="doubled-title", cuts="cards that say their title twice", find=teasers.doubled_titles, bold=True
    ),
    Rule(
        name="glued-tail", cuts="headlines glued to summaries at the end", find=teasers.glued_tail, bold=True
    ),
    Rule(name="cross-reference", cuts='"also read: …" within the text', find=chrome.cross_references),
    Rule(name="linked-headline", cuts="another story's headline alone", find=chrome.linked_headlines),
    Rule(name="report-error", cuts='"spotted an error? let us know"', find=chrome.error_reports),
    Rule(name="share", cuts="share and follow buttons", find=chrome.share_lines),
    Rule(name="subscribe", cuts="newsletters, apps, subscriptions", find=chrome.lines_saying("subscribe")),
    Rule(name="advertisement", cuts="advertisements and their marks", find=chrome.advertisements),
    Rule(name="continued", cuts="story continues below", find=chrome.lines_saying("continued")),
    Rule(name="comments", cuts="heads and buttons of comments", find=chrome.lines_saying("comments")),
    Rule(name="cookies", cuts="consent and browser notices", find=chrome.consent_texts),
    Rule(name="copyright", cuts="rights notices", find=chrome.rights),
    Rule(name="navigation", cuts="menus and page numbers", find=chrome.menus),
    Rule(name="picture-credit", cuts="who made a picture", find=chrome.picture_credits),
    Rule(name="byline", cuts="the author's name", find=edges.bylines),
    Rule(name="date-line", cuts="the date", find=edges.date_lines),
    Rule(name="reading-time", cuts="minutes to read", find=chrome.edge_lines_saying("reading-time")),
    Rule(name="source", cuts="agencies and contributors", find=chrome.edge_lines_saying("source")),
    Rule(name="tags", cuts="tags and topics", find=chrome.edge_lines_saying("tags")),
    Rule(name="author-box", cuts="about the author", find=edges.author_boxes),
    Rule(name="repeated-line", cuts="a paragraph that stood before", find=edges.repeated_lines),
)
BOLD = frozenset(rule.name for rule in RULES if rule.bold)
