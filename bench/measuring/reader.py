"""JSONL pages -> JSONL readings by one extractor, each with its own CPU seconds.

    python reader.py EXTRACTOR < pages.jsonl > readings.jsonl

Runs in whatever environment has the extractor, so it imports nothing else of ours at the top. Each row
is written before the next is read: two of these can be fed page by page in turn.
"""

# ruff: noqa: PLC0415 - an environment has only some of these extractors
import base64
import json
import logging
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

Reading = dict[str, Any]
Reader = Callable[[str | bytes, str], Reading]
_SECONDS = 30  # for one page, as our own readers have
_BLOCKS = "p div li h1 h2 h3 h4 h5 h6 blockquote pre td th dt dd figcaption section article br tr ul ol table"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LANGUAGE = re.compile(r"""<html[^>]*?\blang\s*=\s*["']?([A-Za-z]{2})""")
_STOPLISTS = {
    "ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hu": "Hungarian", "id": "Indonesian",
    "it": "Italian", "ko": "Korean", "lt": "Lithuanian", "nb": "Norwegian_Bokmal", "nl": "Dutch", "no": "Norwegian_Bokmal",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "tr": "Turkish",
    "uk": "Ukrainian", "vi": "Vietnamese",
}  # fmt: skip


def main() -> None:
    """Read every page of standard input with the extractor that is named."""
    logging.disable(logging.CRITICAL)
    read = READERS[sys.argv[1]]()
    for line in sys.stdin:
        row = json.loads(line)
        sys.stdout.write(json.dumps(read_row(read, row), default=_plain) + "\n")
        sys.stdout.flush()


def read_row(read: Reader, row: Mapping[str, str]) -> Reading:
    """Read one page under a time limit; an extractor that fails has found nothing, and its error is named."""
    content = base64.b64decode(row["html_b64"]) if "html_b64" in row else row["html"]
    began = time.process_time()
    try:
        with _limit():
            found = read(content, row.get("url") or "")
    except Exception as error:  # noqa: BLE001 - whatever somebody else's extractor raises on a page
        found = {"error": " ".join(f"{type(error).__name__}: {error}".split())[:160]}
    return {"id": row["id"], **found, "seconds": time.process_time() - began}


@contextmanager
def _limit() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError(f"more than {_SECONDS} s")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)


def _plain(value: object) -> object:
    """Write dates as days and whatever else JSON has no form for as its text."""
    return str(value)


def _decoded(content: str | bytes) -> str:
    """Decode a page for those who take only text: by its declared charset, or else as UTF-8."""
    if isinstance(content, str):
        return content
    told = re.search(rb"""charset\s*=\s*["']?([\w-]+)""", content[:4096])
    try:
        return content.decode(told[1].decode() if told else "utf-8", "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


# Our own and the one it stands on


def _copytaster() -> Reader:
    from copytaster.errors import Unusable
    from copytaster.extract import extract
    from copytaster.model import Page

    told = {"content-type": "text/html; charset=utf-8"}

    def read(content: str | bytes, url: str) -> Reading:
        is_text = isinstance(content, str)
        body = content.encode("utf-8", "replace") if isinstance(content, str) else content
        try:
            article = extract(Page(url=url, body=body, headers=told if is_text else {}))
        except Unusable as unusable:
            return {"error": str(unusable)}
        return {"text": article.article_body}

    return read


def _trafilatura(**options: bool) -> Reader:
    """Readers' comments are left out: with them it would be slower, and worse by every figure."""
    from trafilatura import bare_extraction

    options = {"with_metadata": True, "include_comments": False, **options}

    def read(content: str | bytes, url: str) -> Reading:
        found = bare_extraction(content, url=url or None, **options)
        if found is None:
            return {}
        return {"text": found.text, "title": found.title, "author": found.author, "date": found.date}

    return read


# The others


def _readability() -> Reader:
    from lxml import html
    from readability import Document

    def read(content: str | bytes, _url: str) -> Reading:
        document = Document(_decoded(content))
        body = html.fromstring(document.summary())
        for element in body.iter(*_BLOCKS.split()):
            element.tail = "\n" + (element.tail or "")
            element.text = "\n" + (element.text or "")
        lines = (" ".join(line.split()) for line in body.text_content().split("\n"))
        return {"text": "\n".join(filter(None, lines)), "title": document.short_title()}

    return read


def _resiliparse() -> Reader:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    def read(content: str | bytes, _url: str) -> Reading:
        tree = HTMLTree.parse(_decoded(content))
        text = extract_plain_text(tree, main_content=True, alt_texts=False, list_bullets=False)
        return {"text": text, "title": tree.title}

    return read


def _justext() -> Reader:
    from justext import get_stoplist, justext

    stoplists = {code: get_stoplist(name) for code, name in _STOPLISTS.items()}

    def read(content: str | bytes, _url: str) -> Reading:
        html = _decoded(content)
        told = _LANGUAGE.search(html[:20_000])
        words = stoplists.get(told[1].lower() if told else "en")
        # Where it has no list for a language its manual tells to ask for no stop words.
        options = {} if words else {"stopwords_low": 0, "stopwords_high": 0}
        found = justext(html.encode("utf-8", "replace"), words or frozenset(), encoding="utf-8", **options)
        return {"text": "\n".join(part.text for part in found if not part.is_boilerplate)}

    return read


def _boilerpy3() -> Reader:
    from boilerpy3.extractors import ArticleExtractor

    extractor = ArticleExtractor()

    def read(content: str | bytes, _url: str) -> Reading:
        found = extractor.get_doc(_decoded(content))
        return {"text": found.content, "title": found.title}

    return read


def _goose3() -> Reader:
    from goose3 import Goose

    goose = Goose({"enable_image_fetching": False})

    def read(content: str | bytes, url: str) -> Reading:
        found = goose.extract(raw_html=_decoded(content), url=url or None)
        told = str(found.publish_date or "")
        day = told if _DAY.match(told) else found.publish_datetime_utc
        return {"text": found.cleaned_text, "title": found.title, "author": found.authors, "date": day}

    return read


def _newspaper4k() -> Reader:
    import newspaper
    from tldextract import TLDExtract, tldextract

    tldextract.TLD_EXTRACTOR = TLDExtract(suffix_list_urls=())  # the list that it brings; nothing is fetched

    def read(content: str | bytes, url: str) -> Reading:
        article = newspaper.Article(url or "http://page.example/", fetch_images=False)
        article.download(input_html=_decoded(content))
        article.parse()
        text, title = article.text, article.title
        return {"text": text, "title": title, "author": article.authors, "date": article.publish_date}

    return read


READERS: Mapping[str, Callable[[], Reader]] = {
    "copytaster": _copytaster,
    "trafilatura": _trafilatura,
    "trafilatura as it comes": lambda: _trafilatura(include_comments=True),
    "trafilatura fast": lambda: _trafilatura(fast=True),
    "trafilatura precision": lambda: _trafilatura(favor_precision=True),
    "readability-lxml": _readability,
    "resiliparse": _resiliparse,
    "justext": _justext,
    "boilerpy3": _boilerpy3,
    "goose3": _goose3,
    "newspaper4k": _newspaper4k,
}


if __name__ == "__main__":
    main()
