import json
import lzma
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
from measuring.aggregator import FORMS, aggregator_pages, score

PLACES = ("Velland", "Kant", "Lune", "Ostry", "Marn", "Tessel")


def paragraphs(place):
    return [
        f"The council of {place} voted on Tuesday to close the old pier for two winters, after divers had found it weak.",
        f"Passengers from {place} will board from the fish dock in the meantime, where a covered walkway is to be built.",
        f"Nobody in {place} remembers a winter without the ferry, the harbour master said, and she has been there longest.",
    ]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "own").mkdir()
    with lzma.open(folder / "own" / "pages.jsonl.xz", "wt", encoding="utf-8") as file:
        for place in PLACES:
            row = {
                "id": f"own/{place}",
                "host": f"{place.lower()}.example",
                "title": f"{place} closes its old ferry pier",
                "lang": "en",
            }
            file.write(json.dumps(row | {"text": "\n".join(paragraphs(place))}) + "\n")
    return folder


def test_pages_come_in_every_form_and_always_the_same(corpus):
    pages = list(aggregator_pages(corpus, seed=3))
    assert [page.form for page in pages] == [*FORMS] * len(PLACES)
    assert pages == list(aggregator_pages(corpus, seed=3))
    assert pages != list(aggregator_pages(corpus, seed=4))


def test_the_article_alone_scores_clean_and_the_page_does_not(corpus):
    for page in aggregator_pages(corpus):
        assert page.own == tuple(paragraphs(page.name.split("/")[1].split()[0]))
        clean = score(page, "\n".join(page.own))
        assert (clean.kept, clean.lost, clean.lost_lines) == ((), (), ())
        if page.form == "text":
            assert score(page, page.content).kept == page.added


def test_a_lost_paragraph_and_a_kept_button_are_told(corpus):
    page = next(aggregator_pages(corpus))
    told = score(page, "\n".join((*page.own[1:], page.added[-1])))
    assert told.lost == page.own[:1]
    assert page.added[-1] in told.kept
