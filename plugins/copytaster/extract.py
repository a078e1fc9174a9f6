"""Page -> Article. Pure: the same page always gives the same article."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from lxml.html import HtmlElement

from copytaster import kind, plaintext
from copytaster.body import Layout, Lines, Told, choose, lay_out, prune, settle
from copytaster.decode import Decoded, decode
from copytaster.errors import Unusable
from copytaster.fingerprint import text_digest
from copytaster.hydration import markup_in_scripts
from copytaster.language import read_language
from copytaster.metadata import Metadata, read_metadata
from copytaster.model import Article, Block, Cut, Page
from copytaster.parse import has_markup, is_json, parse_html, sniff
from copytaster.reading import ExtractorFailed, read_blocks, seen_blocks
from copytaster.signals import read_signals
from copytaster.strip import Stripped, ruleset_version, strip
from copytaster.strip.lines import count_words
from copytaster.teaserboxes import take_out_boxes

#: Changes whenever the same page may give another article.
EXTRACTOR_VERSION = "3"
_HARDLY_ANY = 300  # characters below which a second source is asked
_MOST_LINKED = 0.4
_SAMPLE_LINES = 12
_BINARY = bytes({*range(0x01, 0x09), *range(0x0E, 0x20)})
_SAMPLE = 20_000
_TEASERS = 3  # lines of teasers that were taken out, from which on a page is believed to have such
_MOST_HOLES = 0.1  # share of U+FFFD from which on a text is none

_Stripping = Callable[[Sequence[Block]], Stripped]


def extract(page: Page) -> Article:
    """Read the best article out of a page, whatever its kind; ``page_kind`` says what to think of it.

    Raises ``Unusable`` (``not_html``, ``bad_encoding``, ``empty``, ``extraction_failed``) when there
    is nothing to read.
    """
    if not sniff(page.body):
        raise Unusable("not_html", "the first bytes are those of another format")
    decoded = decode(page.body, page.headers.get("content-type"))
    _check_readable(decoded)
    if is_json(decoded.text):
        raise Unusable("not_html", "a JSON document")
    if page.media_type == "text/plain" or not has_markup(decoded.text):
        article = plaintext.read_text(decoded.text, url=page.url)
        return _sealed(article, decoded)
    try:
        return _sealed(_read(page, parse_html(decoded.text), decoded.text), decoded)
    except ExtractorFailed as error:
        raise Unusable("extraction_failed", str(error)) from error


def _check_readable(decoded: Decoded) -> None:
    if not decoded.text.strip("\x00\ufeff \t\r\n"):
        raise Unusable("empty", "no text")
    sample = decoded.text[:_SAMPLE]
    signs = sample.encode("utf-8", "replace")
    if len(signs) - len(signs.translate(None, _BINARY)) > _MOST_HOLES * len(sample):
        raise Unusable("not_html", "control characters throughout")
    if decoded.replacement_characters > _MOST_HOLES * len(decoded.text):
        raise Unusable("bad_encoding", f"{decoded.replacement_characters} characters could not be decoded")


def _read(page: Page, tree: HtmlElement, markup: str) -> Article:
    signals = read_signals(tree)
    page_kind, evidence = kind.judge(tree, page, signals)
    told = read_metadata(page, signals, tree)
    prune(tree)
    boxes = take_out_boxes(tree)
    layout = lay_out(tree)
    language = read_language(told.languages, sample(layout))
    stripping = partial(
        strip,
        headline=told.headline,
        abstract=told.abstract,
        authors=told.authors,
        language=language,
        among_teasers=len(boxes) >= _TEASERS,
    )
    lines = Lines(layout, Told(told.headline, told.abstract, told.authors, language, told.body))
    stripped = _chosen(tree, lines, told, markup, stripping)
    article = _article(page, told, stripped, language)
    boxed = _boxed(boxes, len(stripped.kept) + len(stripped.cuts))
    if page_kind == "needs_javascript" and len(article.article_body) > 2 * _HARDLY_ANY:
        page_kind, evidence = "article", ("the text stands in the data of its scripts",)
    return replace(article, page_kind=page_kind, kind_evidence=evidence, cuts=(*article.cuts, *boxed))


def _boxed(lines: Iterable[str], first: int) -> Iterator[Cut]:
    """Count the lines of boxes that were taken out below all others: where they stood is not known."""
    return (Cut(line=line, rule="teaser-box", place=first + at) for at, line in enumerate(lines))


def sample(layout: Layout) -> str:
    """Give the text by which the language is known: the longest lines that are no links."""
    prose = [text for text, link in zip(layout.texts, layout.links, strict=True) if link < _MOST_LINKED]
    return "\n".join(sorted(prose, key=len, reverse=True)[:_SAMPLE_LINES])


def _chosen(tree: HtmlElement, lines: Lines, told: Metadata, markup: str, stripping: _Stripping) -> Stripped:
    """Choose the body's lines; where hardly any are likely, take those of scripts, or trafilatura's, or all that is seen."""
    choice = choose(lines, lambda: read_blocks(tree))
    stripped = settle(choice, stripping(choice.blocks))
    found = sum(len(block.text) for block in stripped.kept)
    if found < _HARDLY_ANY:
        declared = _declared(told, markup)
        if sum(len(block.text) for block in declared) > 2 * found:
            return stripping(declared)
    if found:
        return stripped
    blocks = read_blocks(tree, thorough=True) or tuple(seen_blocks(tree))
    if not blocks and not told.headline:
        raise Unusable("empty", "nothing to see on the page")
    return stripping(blocks)


def _declared(told: Metadata, markup: str) -> tuple[Block, ...]:
    """Give the text of JSON-LD, or else that of the data from which a browser would draw the page."""
    if told.body:
        return tuple(Block(text=line) for line in told.body.split("\n") if line)
    if hidden := markup_in_scripts(markup):
        return tuple(Block(text=text) for text in lay_out(parse_html(hidden)).texts)
    return ()


def _article(page: Page, told: Metadata, stripped: Stripped, language: str | None) -> Article:
    body = "\n".join(block.text for block in stripped.kept)
    published, modified = told.published, told.modified
    return Article(
        url=page.url,
        canonical_url=told.canonical_url,
        article_body=body,
        url_aliases=told.url_aliases,
        headline=told.headline,
        alternative_headline=told.alternative_headline,
        abstract=told.abstract,
        word_count=count_words(body),
        authors=told.authors,
        publisher=told.publisher,
        date_published=published.at if published else None,
        date_published_raw=published.raw if published else None,
        date_published_precision=published.precision if published else None,
        date_published_zone=published.zone if published else None,
        date_modified=modified.at if modified else None,
        date_modified_raw=modified.raw if modified else None,
        in_language=language,
        article_section=told.article_section,
        keywords=told.keywords,
        image=told.image,
        is_accessible_for_free=told.is_accessible_for_free,
        tdm_reservation=told.tdm_reservation,
        usage_terms=told.usage_terms,
        cuts=stripped.cuts,
        field_provenance=told.provenance,
    )


def _sealed(article: Article, decoded: Decoded) -> Article:
    """Add what is known only at the end: digest, versions, holes."""
    return replace(
        article,
        replacement_characters=decoded.replacement_characters,
        text_digest=text_digest(article.article_body, article.abstract),
        extractor_version=EXTRACTOR_VERSION,
        ruleset_version=ruleset_version(),
    )
