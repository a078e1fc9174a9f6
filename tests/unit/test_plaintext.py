from pathlib import Path

import pytest

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
