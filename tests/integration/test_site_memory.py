"""What sites repeat, learned in Postgres: idempotent, decaying, overridden, forgotten; and the residue meter."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from psycopg2 import errors

from copytaster import steps, store, warc
from copytaster.config import Settings
from copytaster.handover import Reading
from copytaster.site_memory import without_repeated
from makers import NOON, article, claim, fetched, load, put_fetched, put_pages, row, url, value, values

SITE = "harbour.example"
BUTTON = "Get the evening tide table by post"
STATE = "SELECT t::text FROM copytaster.{} AS t ORDER BY 1"
EVIDENCE = "SELECT round(articles::numeric, 3)::real, round(of_articles::numeric, 3)::real FROM news.site_line WHERE line = %s"


def prose(name):
    told = "".join(chr(97 + int(sign)) if sign.isdigit() else sign for sign in name)
    return (
        f"The story of the {told} is of its own kind: her master said that nothing like it had been seen in the basin "
        f"since the spring in which two tugs met a whale and each of them blamed the other one for it."
    )


def body(name, *lines):
    return "\n".join([prose(name), prose(f"{name} and her sister"), *lines])


def readings(pages, *lines):
    return [
        Reading(
            page_id=page.page_id,
            article=article(
                page, headline=f"Ship {name}", article_body=body(name, *lines), text_digest=page.url
            ),
        )
        for name, page in pages.items()
    ]


def cleaned(database_url, pages, *lines):
    return list(without_repeated(readings(pages, *lines), database_url=database_url))


def take(database_url, names, *lines, host=SITE, again=1):
    """Read and load pages as the steps do; return the batch and the articles as they were loaded."""
    with store.connect(database_url) as db:
        batch, pages = put_fetched(db, names, host)
    read = cleaned(database_url, pages, *lines)
    rows = [store.LoadRow(page_id=reading.page_id, article=reading.article) for reading in read]
    with store.connect(database_url) as db:
        for _ in range(again):
            store.load_batch(db, batch, rows)
        store.close_batch(db, batch)
    return batch, [reading.article for reading in read]


def names(count, prefix="ship"):
    return [f"{prefix}{number}" for number in range(count)]


@pytest.fixture
def ask(database_url):
    def ask(sql, *parameters):
        with store.connect(database_url) as db:
            return values(db, sql, *parameters)

    return ask


def test_a_first_batch_of_a_site_is_clean_already(database_url, ask):
    _, read = take(database_url, names(9), BUTTON)
    assert not any(BUTTON in one.article_body for one in read)
    ((line, articles, of_articles, tail, cut),) = ask(
        "SELECT line, articles, of_articles, tail, articles_cut FROM news.site_line WHERE articles >= 2"
    )
    assert (line, round(articles), round(of_articles), round(tail), cut) == (BUTTON, 9, 9, 9, 9)


def test_two_batches_of_two_articles_add_up(database_url):
    _, first = take(database_url, names(2), BUTTON)
    assert all(BUTTON in one.article_body for one in first)
    _, second = take(database_url, names(2, "boat"), BUTTON)
    for one in second:
        (cut,) = one.cuts
        assert cut.line == BUTTON
        assert cut.evidence.startswith("on 4 of 4 articles of the site since 20")


def test_the_same_batch_twice_is_learned_once(database_url, ask):
    take(database_url, names(4), BUTTON, again=1)
    before = [ask(STATE.format(table)) for table in ("site", "site_line", "residue")]
    with store.connect(database_url) as db:
        (batch,) = values(db, "SELECT max(batch_id) FROM copytaster.batch")[0]
        pages = {str(n): page for n, page in values(db, "SELECT page_id, url FROM copytaster.page")}
        rows = [
            store.LoadRow(page_id=int(n), article=one)
            for n, address in pages.items()
            if (one := _stored(address, BUTTON))
        ]
        store.load_batch(db, batch, rows)
    assert [ask(STATE.format(table)) for table in ("site", "site_line", "residue")] == before


def _stored(address, *lines):
    name = address.rpartition("/")[2]
    page = type("Told", (), {"url": address})
    return article(page, headline=f"Ship {name}", article_body=body(name, *lines), text_digest=address)


def test_the_same_load_at_the_same_time_is_learned_once(database_url, ask):
    with store.connect(database_url) as db:
        put_pages(db, names(150))
        (batch,) = claim(db, max_pages=1000, seconds_per_host=10_000)
        store.record_fetches(db, batch, [fetched(link) for link in store.links_of_batch(db, batch)], [], "w")
        pages = {page.url.rpartition("/")[2]: page for page in store.pages_of_batch(db, batch)}
    rows = [store.LoadRow(page_id=r.page_id, article=r.article) for r in readings(pages, BUTTON)]

    def work(order):
        with store.connect(database_url) as db:
            return store.load_batch(db, batch, rows[::order])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, (1, -1)))
    ((articles, of_articles),) = ask(EVIDENCE, BUTTON)
    assert articles == of_articles
    assert 130 < articles <= 150  # older ones count for a little less


def test_a_page_that_is_read_again_counts_once(database_url, ask):
    take(database_url, names(3), BUTTON)
    before = ask(EVIDENCE, BUTTON)
    for _ in range(3):
        with store.connect(database_url) as db:
            store.submit_urls(
                db,
                [store.Wish(url=url(name), canonical=url(name), host=SITE) for name in names(3)],
                submitted_by="desk",
            )
        _, read = take(database_url, [], BUTTON)
        evidence = {cut.evidence.partition(" since")[0] for one in read for cut in one.cuts}
        assert evidence == {"on 3 of 3 articles of the site"}
    assert ask(EVIDENCE, BUTTON) == before


def test_copies_under_other_addresses_teach_nothing(database_url, ask):
    with store.connect(database_url) as db:
        load(db, names(5), article_body=body("one", BUTTON), text_digest="one")
    assert ask(EVIDENCE, BUTTON) == [(1, 1)]


def test_evidence_on_a_cut_line_is_no_reason_to_store_an_article_anew(database_url):
    take(database_url, names(5), BUTTON)
    with store.connect(database_url) as db:
        wishes = [store.Wish(url=url("ship0"), canonical=url("ship0"), host=SITE)]
        take(database_url, names(5, "boat"), BUTTON)
        store.submit_urls(db, wishes, submitted_by="desk")
        db.commit()
        batch, pages = put_fetched(db, [])
        db.commit()
        (read,) = cleaned(database_url, pages, BUTTON)
        assert "of 10 articles" in read.article.cuts[0].evidence
        assert store.load_batch(db, batch, [store.LoadRow(page_id=read.page_id, article=read.article)]) == {
            "unchanged": 1
        }


def test_what_a_person_keeps_is_kept_by_the_next_reading_and_what_is_taken_back_is_weighed(database_url, ask):
    take(database_url, names(6), BUTTON)
    ask("SELECT news.keep_line(%s, %s, 'the house motto')", SITE, BUTTON)
    assert ask("SELECT decision, decided_by, decision_note FROM news.site_line WHERE line = %s", BUTTON) == [
        ("keep", "copytaster", "the house motto")
    ]
    _, read = take(database_url, names(3, "boat"), BUTTON)
    assert all(BUTTON in one.article_body for one in read)
    ask("SELECT news.weigh_line(%s, %s)", SITE, BUTTON)
    _, read = take(database_url, names(3, "tug"), BUTTON)
    assert not any(BUTTON in one.article_body for one in read)
    assert ask("SELECT decision FROM copytaster.line_decision ORDER BY 1") == [("keep",), ("weigh",)]


def test_what_a_person_cuts_is_cut_by_the_next_reading(database_url, ask):
    take(database_url, names(1), BUTTON)
    ask("SELECT news.cut_line(%s, %s)", SITE.upper(), BUTTON)
    _, (read,) = take(database_url, names(1, "boat"), BUTTON)
    assert [(cut.line, cut.evidence) for cut in read.cuts] == [(BUTTON, "by decision")]


def test_a_line_that_nobody_saw_cannot_be_decided_on(database_url, ask):
    with pytest.raises(errors.NoDataFound, match=r"no such line is remembered of harbour\.example"):
        ask("SELECT news.cut_line(%s, 'never seen')", SITE)


def test_time_and_a_redesign_make_it_forget(database_url, ask):
    take(database_url, names(5), BUTTON)
    ask("UPDATE copytaster.site SET learned_at = now() - interval '120 days'")
    assert ask(EVIDENCE, BUTTON) == [(1.25, 1.25)]
    _, (read,) = take(database_url, names(1, "boat"), BUTTON)
    assert BUTTON in read.article_body
    for number in range(2):
        take(database_url, names(20, f"tug{number}x"))
    ((share,),) = ask("SELECT share FROM news.site_line WHERE line = %s", BUTTON)
    assert share < 0.1


def test_a_line_is_weighed_against_what_was_read_since_it_appeared(database_url, ask):
    take(database_url, names(30))
    take(database_url, names(5, "boat"), BUTTON)
    assert ask(EVIDENCE, BUTTON) == [(5, 5)]


def test_the_sites_of_a_line_are_counted(database_url, ask):
    wire = prose("lighthouse at the cape")
    for host in ("harbour.example", "fjord.example", "delta.example"):
        _, read = take(database_url, names(12), prose(host), wire, host=host)
    assert ask("SELECT DISTINCT sites FROM news.site_line WHERE line = %s", wire) == [(3,)]
    assert all(wire in one.article_body for one in read)


def test_what_does_not_recur_is_forgotten_and_what_was_decided_is_not(database_url, ask):
    take(database_url, names(4), BUTTON)
    ask("SELECT news.keep_line(%s, %s)", SITE, BUTTON)
    take(database_url, names(1, "boat"), "A line of its own")
    assert ask("SELECT copytaster.forget_lines()") == [(0,)]
    ask(
        "UPDATE copytaster.site_line SET last_seen_at = now() - interval '15 days' WHERE line = 'A line of its own'"
    )
    assert ask("SELECT copytaster.forget_lines()") == [(1,)]
    assert ask("SELECT copytaster.forget_lines(p_most_lines => 3)") == [(8,)]
    ask("UPDATE copytaster.site_line SET last_seen_at = now() - interval '200 days'")
    settings = Settings(database_url=database_url)
    assert steps.sweep(settings=settings, archive=_nowhere())["lines_forgotten"] == 2
    assert ask("SELECT line FROM news.site_line") == [(BUTTON,)]


def _nowhere():
    from pathlib import Path
    from tempfile import gettempdir

    return Path(gettempdir()) / uuid4().hex


def test_a_reader_sees_lines_and_residue_but_decides_nothing(database_url, reader_url):
    take(database_url, names(4), BUTTON)
    with store.connect(reader_url, role=None) as db:
        assert value(db, "SELECT count(*) FROM news.site_line WHERE line = %s", BUTTON) == 1
        assert value(db, "SELECT sum(articles) FROM news.residue") == 4
        for call in ("news.keep_line('a', 'b')", "news.cut_line('a', 'b')", "copytaster.forget_lines()"):
            with pytest.raises(errors.InsufficientPrivilege):
                values(db, f"SELECT {call}")
            db.rollback()


def test_explain_tells_on_what_evidence_a_line_was_cut(database_url, ask):
    take(database_url, names(5), BUTTON)
    told = ask("SELECT what, detail FROM news.explain(%s) WHERE stage = 'strip'", url("ship0"))
    ((what, detail),) = told
    assert what == "line 2 cut by site-memory"
    assert detail.startswith(f"{BUTTON}  (on 5 of 5 articles of the site since ")


def test_only_articles_teach_and_are_cleaned(database_url):
    with store.connect(database_url) as db:
        _, pages = put_fetched(db, names(9))
    told = readings(pages, BUTTON)
    walls = [
        Reading(
            page_id=one.page_id,
            article=article(pages["ship0"], page_kind="consent_wall", article_body=BUTTON),
        )
        for one in told
    ]
    empty = [Reading(page_id=1, reason="empty", detail="no text")]
    given = [*walls, *told[:2], *empty]
    assert list(without_repeated(given, database_url=database_url)) == given


def test_memory_can_be_switched_off(database_url, ask, monkeypatch):
    with store.connect(database_url) as db:
        batch, pages = put_fetched(db, names(5))
        rows = [store.LoadRow(page_id=r.page_id, article=r.article) for r in readings(pages, BUTTON)]
        store.load_batch(db, batch, rows, learn=False)
    assert ask("SELECT count(*) FROM copytaster.site_line") == [(0,)]
    assert not Settings.from_environment({"COPYTASTER_SITE_MEMORY": "off"}).site_memory


@pytest.mark.parametrize("memory", [True, False])
def test_an_archive_of_one_site_is_clean_after_its_first_import(database_url, ask, tmp_path, memory):
    with (tmp_path / "site.warc.gz").open("wb") as stream, warc.Writer(stream) as writer:
        for name in names(8):
            text = f"A tale of the {prose(name)[13:30]} at sea\n{body(name, BUTTON)}"
            writer.write_text(url(name), text.encode(), NOON)
    settings = Settings(database_url=database_url, site_memory=memory)
    around = {"settings": settings, "archive": tmp_path / "archive"}
    for batch in steps.import_captures(str(tmp_path / "site.warc.gz"), **around):
        steps.extract_articles(batch, **around)
        steps.validate_articles(batch, **around)
        assert steps.load_articles(batch, **around) == {"created": 8}
    left = ask("SELECT count(*) FROM news.article WHERE article_body LIKE %s", f"%{BUTTON}%")
    assert left == [(0 if memory else 8,)]
    assert ask("SELECT count(*) FROM news.site_line WHERE articles_cut = 8") == [(int(memory),)]


# The residue meter.


def test_residue_is_counted_by_day_and_source_and_goes_with_the_version_that_had_it(database_url, ask):
    with store.connect(database_url) as db:
        put_pages(db, ["tide", "ebb"])
        batch, pages = put_fetched(db, ["tide", "ebb"])
        bad = row(pages["tide"], article_body=f"{prose('tide')}\nWeiterlesen »", text_digest="bad")
        store.load_batch(db, batch, [bad, row(pages["ebb"], article_body=body("ebb"), text_digest="ebb")])
        store.close_batch(db, batch)
    assert ask("SELECT articles, with_residue, share::real, sample_line, source_name FROM news.residue") == [
        (2, 1, 0.5, "Weiterlesen »", SITE)
    ]
    assert ask("SELECT sign, line, canonical_url FROM news.residue_line") == [
        ("read_more", "Weiterlesen »", url("tide"))
    ]
    assert ask("SELECT residue_share_7_days::real FROM news.source_health") == [(0.5,)]
    with store.connect(database_url) as db:
        store.submit_urls(db, [store.Wish(url=url(), canonical=url(), host=SITE)], submitted_by="desk")
        batch, pages = put_fetched(db, [])
        store.load_batch(db, batch, [row(pages["tide"], article_body=prose("tide"), text_digest="good")])
    assert ask("SELECT sum(with_residue) FROM news.residue") == [(0,)]
    assert ask("SELECT residue_share_7_days::real FROM news.source_health") == [(0,)]


def test_a_short_line_that_a_site_repeats_and_nobody_cut_is_residue(database_url, ask):
    with store.connect(database_url) as db:
        batch, pages = put_fetched(db, names(8))
        rows = [store.LoadRow(page_id=r.page_id, article=r.article) for r in readings(pages, BUTTON)]
        store.load_batch(db, batch, rows)
    assert ask("SELECT sign, count(*) FROM news.residue_line GROUP BY 1") == [("recurring", 8)]


RESIDUE = [
    ("https://harbour.example/tides", "address"), ("Read more »", "read_more"), ("» Weiterlesen", "read_more"),
    ("Lire la suite →", "read_more"), ("LEER MÁS", "read_more"), ("Leggi tutto", "read_more"), ("Leia mais…", "read_more"),
    ("Lees meer", "read_more"), ("Läs mer", "read_more"), ("Læs mere", "read_more"), ("Les mer", "read_more"),
    ("Lue lisää", "read_more"), ("Czytaj więcej", "read_more"), ("Číst více", "read_more"), ("Čítať viac", "read_more"),
    ("Tovább olvasom", "read_more"), ("Citește mai mult", "read_more"), ("Pročitaj više", "read_more"),
    ("Preberi več", "read_more"), ("Прочети още", "read_more"), ("Читать далее", "read_more"), ("Читати далі", "read_more"),
    ("Διαβάστε περισσότερα", "read_more"), ("Devamını oku", "read_more"), ("اقرأ المزيد", "read_more"),
    ("ادامه مطلب", "read_more"), ("קרא עוד", "read_more"), ("और पढ़ें", "read_more"), ("Baca selengkapnya", "read_more"),
    ("Xem thêm", "read_more"), ("อ่านต่อ", "read_more"), ("続きを読む", "read_more"), ("더 보기", "read_more"),
    ("阅读更多", "read_more"), ("Share this article", "share"), ("Teilen", "share"), ("Jetzt abonnieren!", "subscribe"),
    ("Similar News", "list_or_advertisement"), ("Anzeige", "list_or_advertisement"),
    ("We use cookies to improve this site", "cookies"), ("Accept all cookies", "cookies"),
    ("Three tugs were sold to a museum in Corrin Read more »", "read_more_ending"),
    ("Three tugs were sold to a museum in Corrin ▶", "arrow"), ("Tides of the week »", "arrow"),
]  # fmt: skip
INNOCENT = [
    "“Read more than you write,” she told the harbour clerk.", "He asked them to share the boat.", "»So nicht«, sagte sie.",
    "« Rien ne flotte toujours », dit-elle. « Rien. »", "Hon sade: »Ingenting flyter.»", "He baked cookies for the crew.",
    "The advertisement had been painted over.", "See https://harbour.example/tides for the tables.", "* * *", "",
    "Er fragte sich, ob er weiterlesen sollte.", "The pilots said that they would read more.",
]  # fmt: skip


@pytest.mark.parametrize(("line", "sign"), RESIDUE)
def test_a_line_that_looks_like_residue_has_a_sign(unchanged_database_url, line, sign):
    with store.connect(unchanged_database_url) as db:
        assert value(db, "SELECT copytaster.residue_sign(%s)", line) == sign


@pytest.mark.parametrize("line", INNOCENT)
def test_a_sentence_is_no_residue(unchanged_database_url, line):
    with store.connect(unchanged_database_url) as db:
        assert value(db, "SELECT copytaster.residue_sign(%s)", line) is None
