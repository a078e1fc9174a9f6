"""The body: a page's lines and boxes, what the judge makes of them, and what is said of lines left out."""

import json
import time
from importlib.resources import files

import numpy as np
import pytest
from lxml.html import document_fromstring

from copytaster.body import Lines, Told, choose, lay_out, settle
from copytaster.body.evidence import compare, measure
from copytaster.body.judge import RULED_OUT, Judge, load
from copytaster.body.layout import Role
from copytaster.body.names import sorts, sorts_of
from copytaster.model import Block, Page
from copytaster.parse import parse_html
from copytaster.strip import strip

PARAGRAPHS = [
    f"The ferry to Skerrow was {word} again on Tuesday, and the harbour master said that nobody was to blame for it."
    for word in ("late", "full", "empty", "repaired", "painted", "delayed")
]
MENU = "".join(f'<li><a href="/s{n}">Section number {n}</a></li>' for n in range(12))
ARTICLE = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
PAGE = f"""<html><body><nav><ul>{MENU}</ul></nav><main><h1>Ferry again</h1><div class="x1">{ARTICLE}</div>
<div class="related-stories"><h3>Related stories</h3><ul><li><a href="/a">Mill burns down in Hallan</a></li>
<li><a href="/b">Town council buys a second crane</a></li></ul></div></main><footer><p>All rights reserved</p></footer></body></html>"""


def page(markup: str):
    return lay_out(document_fromstring(markup))


def bodies(markup: str) -> list[str]:
    from copytaster.extract import extract

    article = extract(Page(url="http://fen.example/x", body=markup.encode()))
    return article.article_body.split("\n")


def never() -> list[Block]:
    raise AssertionError("the other reading is asked for")


class TestLayout:
    def test_each_box_starts_a_line(self):
        assert page("<div>one<p>two</p>three<br>four</div>").texts == ["one", "two", "three", "four"]

    def test_inline_tags_run_on(self):
        assert page("<p>The <b>old</b> <a href=x>mill</a>.</p>").texts == ["The old mill."]

    def test_a_row_of_data_is_one_line(self):
        layout = page("<table><tr><th>Team</th><td>3</td></tr><tr><td>Hallan</td><td>1</td></tr></table>")
        assert (layout.texts, layout.tags) == (["Team | 3", "Hallan | 1"], ["td", "td"])

    def test_a_row_that_holds_boxes_is_a_layout(self):
        layout = page("<table><tr><td><p>menu</p></td><td><p>text</p></td></tr></table>")
        assert layout.texts == ["menu", "text"]

    def test_a_table_within_a_row_of_a_layout(self):
        inner = "<table><tr><td>a</td><td>b</td></tr></table>"
        assert page(f"<table><tr><td>{inner}</td><td>c</td></tr></table>").texts == ["a | b", "c"]

    def test_what_nobody_sees_is_no_line(self):
        hidden = "<script>x</script><style>y</style><noscript>z</noscript><template>t</template>"
        assert page(f"<p>seen{hidden} too</p>").texts == ["seen too"]

    def test_preformatted_text_is_one_line_with_line_ends(self):
        assert page("<pre>a  b\n\n c</pre>").texts == ["a b\nc"]

    def test_share_of_links(self):
        assert page("<p>four<a href=x>four</a></p>").links == [0.5]

    @pytest.mark.parametrize(
        ("markup", "role"),
        [
            ("<nav>x</nav>", Role.EDGE),
            ("<div role=main>x</div>", Role.MAIN),
            ("<div style='display: none'>x</div>", Role.HIDDEN),
            ("<div aria-hidden=true>x</div>", Role.HIDDEN),
            ("<figure>x</figure>", Role.FIGURE),
        ],
    )
    def test_roles(self, markup, role):
        assert page(markup).roles[-1] & role

    def test_sorts_are_known_by_names(self):
        wanted = {sort: bit for bit, sort in enumerate(sorts())}
        assert sorts_of("Related-Stories") >> wanted["related"] & 1
        assert sorts_of("css-1x9k2 col-md-6") == 0

    def test_parents_stand_before_their_children(self):
        layout = page(PAGE)
        assert all(parent < box for box, parent in enumerate(layout.parents))

    def test_deep_nesting_takes_time_in_proportion(self):
        began = time.process_time()
        page("<div>" * 5_000 + "text" + "</div>" * 5_000)
        assert time.process_time() - began < 5


class TestEvidence:
    def test_the_main_box_is_the_innermost_with_most_of_the_text(self):
        layout = page(PAGE)
        assert layout.names[Lines(layout).main] == "x1"

    def test_every_feature_has_a_number_for_every_line(self):
        lines = Lines(
            page(PAGE), Told(headline="Ferry again", abstract=PARAGRAPHS[0], authors=("Ada Quill",))
        )
        columns = measure(lines) | compare(lines, [Block(text=PARAGRAPHS[0])])
        assert {len(column) for column in columns.values()} == {len(lines)}
        assert all(np.isfinite(column).all() for column in columns.values())

    def test_a_single_line(self):
        columns = measure(Lines(page("<p>alone</p>")))
        assert columns["link"].tolist() == [0.0]

    def test_lines_of_another_reading_are_found(self):
        lines = Lines(page(PAGE))
        columns = compare(lines, [Block(text=text) for text in PARAGRAPHS])
        found = [lines.layout.texts[at] for at in np.flatnonzero(columns["read"])]
        assert found == PARAGRAPHS

    def test_every_feature_that_the_judges_ask_for_is_measured(self):
        lines = Lines(page(PAGE))
        columns = measure(lines)
        assert set(load("alone").features) <= set(columns)
        assert set(load("compared").features) <= set(columns | compare(lines, []))


class TestJudge:
    judge = Judge.of(
        ("link", "width"),
        [
            {
                "ask": [0, 1, 1, 0, 0, 0, 0],
                "over": [0.5, 10, 10, 1e30, 1e30, 1e30, 1e30],
                "points": [0.5, 0.5, 2, 2, -2, -2, -0.5, -0.5],
            }
        ],
    )

    def test_points_of_the_answers(self):
        columns = {"link": np.array([0.0, 0.0, 1.0, 1.0]), "width": np.array([5.0, 50.0, 5.0, 50.0])}
        assert self.judge.weigh(columns, np.ones(4, bool)).tolist() == [0.5, 2, -2, -0.5]

    def test_lines_that_are_not_chosen_are_ruled_out(self):
        columns = {"link": np.array([0.0, 0.0]), "width": np.array([50.0, 50.0])}
        assert self.judge.weigh(columns, np.array([False, True])).tolist() == [RULED_OUT, 2]

    def test_reasons_name_what_spoke_against_a_line(self):
        columns = {"link": np.array([1.0, 0.0]), "width": np.array([5.0, 50.0])}
        assert self.judge.reasons(columns, [0], np.array([False, True])) == ["link 1, width 5"]

    def test_reasons_leave_out_what_holds_for_kept_lines_too(self):
        columns = {"link": np.array([1.0, 0.0]), "width": np.array([5.0, 5.0])}
        assert self.judge.reasons(columns, [0], np.array([False, True])) == ["link 1"]

    def test_the_trees_are_readable_data(self):
        told = json.loads(files("copytaster").joinpath("data", "body.json").read_text(encoding="utf-8"))
        for name in ("alone", "compared"):
            trees = told[name]["trees"]
            assert trees
            assert all((len(tree["ask"]), len(tree["points"])) == (7, 8) for tree in trees)


class TestChoice:
    def test_a_clear_page_needs_no_other_reading(self):
        lines = Lines(page(PAGE), Told(headline="Ferry again", language="en"))
        choice = choose(lines, never)
        assert [block.text for block, doubt in zip(choice.blocks, choice.doubts, strict=True) if not doubt][
            -6:
        ] == PARAGRAPHS

    def test_an_empty_page(self):
        assert choose(Lines(page("<div></div>")), never).blocks == ()

    def test_kept_lines_and_cuts_count_all_lines_once(self):
        lines = Lines(page(PAGE), Told(headline="Ferry again", language="en"))
        choice = choose(
            lines, lambda: [Block(text=text) for text in [*PARAGRAPHS, "Mill burns down in Hallan"]]
        )
        settled = settle(choice, strip(choice.blocks, headline="Ferry again", language="en"))
        places = {cut.place for cut in settled.cuts}
        assert len(places) == len(settled.cuts)
        assert places <= set(range(len(settled.kept) + len(settled.cuts)))

    def test_the_body_is_the_paragraphs(self):
        assert bodies(PAGE) == PARAGRAPHS

    def test_text_that_stands_bare_in_a_div(self):
        markup = PAGE.replace(ARTICLE, "<br><br>".join(PARAGRAPHS))
        assert bodies(markup) == PARAGRAPHS

    def test_a_second_copy_for_machines_is_left_out_and_said_so(self):
        from copytaster.extract import extract

        twice = PAGE.replace(ARTICLE, ARTICLE + f'<div itemprop="articleBody">{" ".join(PARAGRAPHS)}</div>')
        article = extract(Page(url="http://fen.example/x", body=twice.encode()))
        assert article.article_body.count(PARAGRAPHS[0]) == 1

    def test_what_was_left_out_within_the_article_says_why(self):
        from copytaster.extract import extract

        card = '<div class="teaser related"><a href="/c">Crane sold to the highest bidder in Hallan</a></div>'
        markup = PAGE.replace(f"<p>{PARAGRAPHS[3]}</p>", f"<p>{PARAGRAPHS[3]}</p>{card}")
        article = extract(Page(url="http://fen.example/x", body=markup.encode()))
        cuts = {cut.line: cut for cut in article.cuts}
        assert "Crane sold to the highest bidder in Hallan" not in article.article_body
        assert cuts["Crane sold to the highest bidder in Hallan"].rule

    def test_a_page_of_any_length_is_read(self):
        markup = f"<html><body>{'<p>word</p>' * 20_000}</body></html>"
        assert len(lay_out(parse_html(markup)).texts) <= 6_000
