import pytest

from copytaster.parse import parse_html
from copytaster.teaserboxes import take_out_boxes

OWN = [
    "The harbour council of Velland voted on Tuesday to close the old ferry pier for two winters, after divers found that the oak piles beneath it had lost half of their strength.",
    "Passengers will board from the fish dock in the meantime, where a covered walkway and a heated waiting room are to be built before the first frost.",
    "Work begins in March, and the council hopes that the storms of this winter leave enough of the pier to mend.",
]
STORIES = [
    ("Tram drivers in Kant strike again", "The third walkout this month began at dawn on Monday."),
    ("Otters return to the river Lune", "A family of five was filmed below the weir by a teacher."),
    ("Ferry prices rise in spring", "They rise by a tenth, and by as much again in autumn."),
]
CARDS = {
    "glued": "<div><p>{title}{summary}</p><p>{button}</p></div>",
    "linked": '<section class="x1"><h3><a href="/{n}">{title}</a></h3><p>{summary}</p><a href="/{n}">{button}</a></section>',
    "button at the end of the summary": "<div><b>{title}</b><div>{summary} {button}</div></div>",
    "title and button": '<ul><li><a href="/{n}">{title}</a> <div><a href="/{n}">{button}</a></div></li></ul>',
}


def cards(template, button="Blorf zut »"):
    return [template.format(title=t, summary=s, button=button, n=n) for n, (t, s) in enumerate(STORIES)]


def read(inner):
    tree = parse_html(f"<html><body><article><h1>Velland closes its pier</h1>{inner}</article></body></html>")
    taken = take_out_boxes(tree)
    return " ".join(" ".join(tree.itertext()).split()), taken


def own():
    return "".join(f"<p>{line}</p>" for line in OWN)


@pytest.mark.parametrize("button", ["Read more »", "Blorf zut »", "Blorf zut"])
@pytest.mark.parametrize("template", CARDS.values(), ids=CARDS.keys())
def test_boxes_below_the_paragraphs_go_with_what_stands_above_them(template, button):
    text, taken = read(own() + "<div>Zambo deli</div>" + "".join(cards(template, button)))
    assert text == " ".join(["Velland closes its pier", *OWN])
    assert "Zambo deli" in taken
    assert all(any(title in line for line in taken) for title, _ in STORIES)


@pytest.mark.parametrize("template", CARDS.values(), ids=CARDS.keys())
def test_boxes_between_the_paragraphs_go(template):
    woven = "".join(f"<p>{line}</p>{card}" for line, card in zip(OWN, cards(template), strict=True))
    text, _ = read(woven)
    assert text == " ".join(["Velland closes its pier", *OWN])


STAY = {
    "paragraphs that end in a button": "".join(f"<p>{line} Read more »</p>" for line in OWN),
    "sections with the same subheading": "".join(f"<div><p>{line}</p><h4>What it costs</h4><p>{line}</p></div>" for line in OWN),
    "a page of boxes only": "".join(cards(CARDS["glued"])),
    "comments": own() + "".join(f"<div><b>Ida B</b><p>{s}</p><a href='#'>Reply</a></div>" for _, s in STORIES),
}  # fmt: skip


@pytest.mark.parametrize("inner", STAY.values(), ids=STAY.keys())
def test_what_may_be_the_article_stays(inner):
    before = "".join(parse_html(f"<p>Velland closes its pier</p>{inner}").itertext())
    text, taken = read(inner)
    assert taken == ()
    assert "".join(text.split()) == "".join(before.split())


def test_the_text_behind_a_box_stays():
    inner = own() + "".join(f"{card} and {n}" for n, card in enumerate(cards(CARDS["glued"])))
    assert read(inner)[0].endswith("to mend. and 0 and 1 and 2")


def test_twenty_thousand_elements_are_read_to_their_end():
    """Quadratic time would take minutes here."""
    inner = own() + "".join(
        f"<div><p>Story {n} of the dayIt is long</p><i>Open</i></div>" for n in range(7_000)
    )
    read(inner)
