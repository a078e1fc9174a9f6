import contextlib
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copytaster.errors import Unusable
from copytaster.plaintext import read_text

SEED = Path(__file__).parents[3] / "shared" / "seed"


@pytest.mark.skipif(not SEED.is_dir(), reason="the shared sample text is not here")
def test_the_aggregator_text_gives_its_headline_and_its_own_four_paragraphs():
    for file in SEED.glob("*.txt"):
        text = file.read_text(encoding="utf-8")
        article = read_text(text, url=file.as_uri())
        assert article.headline == text.split("\n")[0]
        assert article.article_body.split("\n") == text.split("\n")[1:5]
        assert [cut.line for cut in article.cuts] == text.split("\n")[5:]
        assert article.in_language == "en"


PARAGRAPHS = [
    "The harbour council of Velland voted on Tuesday to close the old ferry pier for two winters, after divers found that the oak piles beneath it had lost half of their strength.",
    "Passengers will board from the fish dock in the meantime, where a covered walkway is to be built before the frost.",
]


def read(*lines, end="\n"):
    return read_text(end.join(lines), url="https://courier.example/pier")


@pytest.mark.parametrize(
    "headline", ["Velland closes its pier", "Is the pier safe?", "Pier closes, says Port of Velland Inc."]
)
def test_the_first_line_is_the_headline_if_it_looks_like_one(headline):
    article = read(headline, *PARAGRAPHS)
    assert article.headline == headline
    assert article.article_body == "\n".join(PARAGRAPHS)
    assert article.url == article.canonical_url == "https://courier.example/pier"


def test_a_paragraph_on_top_is_no_headline():
    article = read(*PARAGRAPHS)
    assert article.headline is None
    assert article.article_body == "\n".join(PARAGRAPHS)


def test_a_button_above_the_headline_is_passed_over():
    article = read("Advertisement", "Velland closes its pier", *PARAGRAPHS)
    assert article.headline == "Velland closes its pier"
    assert [cut.rule for cut in article.cuts] == ["advertisement"]


def test_what_text_cannot_tell_stays_unknown():
    article = read("Velland closes its pier", *PARAGRAPHS)
    assert (article.date_published, article.publisher, article.authors, article.image) == (
        None,
        None,
        (),
        None,
    )
    assert article.in_language == "en"


def test_the_language_of_a_few_words_is_unknown():
    assert read("Pier shut", "It is.").in_language is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n", "\r"])
def test_any_line_ends_are_taken(end):
    assert read("Velland closes its pier", *PARAGRAPHS, end=end).article_body == "\n".join(PARAGRAPHS)


def test_lines_wrapped_by_hand_become_paragraphs():
    wrapped = [textwrap.fill(paragraph * 3, width=72) for paragraph in PARAGRAPHS]
    article = read("Velland closes its pier", *wrapped, end="\n\n")
    assert article.article_body.count("\n") == 1
    assert article.headline == "Velland closes its pier"


def test_control_characters_and_marks_nobody_sees_go():
    article = read(
        "\ufeffVelland closes\x00 its pier", PARAGRAPHS[0].replace("pier", "pi\u200ber"), PARAGRAPHS[1]
    )
    assert article.headline == "Velland closes its pier"
    assert article.article_body == "\n".join(PARAGRAPHS)


@pytest.mark.parametrize("text", ["", " \n\t\n", "\x00\x00", "\ufeff"])
def test_no_text_is_unusable(text):
    with pytest.raises(Unusable) as told:
        read_text(text, url="https://courier.example/empty")
    assert told.value.reason == "empty"


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_an_article_or_a_reason(text):
    with contextlib.suppress(Unusable):
        article = read_text(text, url="https://courier.example/any")
        assert article.article_body or article.headline
