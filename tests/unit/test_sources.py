"""Sources as people name them, and what is said of those that cannot be taken."""

import pytest

from copytaster.sources import BadSources, address_of, checked, read_sources


@pytest.fixture
def read(tmp_path):
    def read(text):
        file = tmp_path / "sources"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_sources(file)

    return read


def opml(body, head=""):
    return f'<?xml version="1.0"?>{head}<opml version="2.0"><body>{body}</body></opml>'


def test_an_outline_gives_its_feeds_however_deep_they_lie(read):
    rows = read(
        opml(
            '<outline text="News"><outline text="Coast">'
            '<outline type="rss" text="a" title="Tide &amp; Sand" xmlUrl="http://Tide.example/rss#top" language="en-us"/>'
            '</outline></outline><outline text="Ledger" xmlUrl="https://ledger.example/atom"/><outline text="empty"/>'
        )
    )
    assert [(row["url"], row["kind"], row["name"], row["in_language"]) for row in rows] == [
        ("http://tide.example/rss", "feed", "Tide & Sand", "en-us"),
        ("https://ledger.example/atom", "feed", "Ledger", None),
    ]


def test_a_byte_order_mark_and_the_feed_scheme_do_no_harm(read):
    (row,) = read(b"\xef\xbb\xbf" + opml('<outline xmlUrl="feed:https://a.example/rss"/>').encode())
    assert row["url"] == "https://a.example/rss"


def test_a_language_that_is_none_is_left_out_of_an_outline(read):
    (row,) = read(opml('<outline xmlUrl="http://a.example/rss" language="unknown language"/>'))
    assert row["in_language"] is None


@pytest.mark.parametrize("place", ["text", "xmlUrl"])
def test_an_external_entity_is_never_read(read, tmp_path, place):
    secret = tmp_path / "secret"
    secret.write_text("do-not-tell")
    attributes = {"text": "a", "xmlUrl": "http://a.example/", place: "&x;"}
    outline = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    head = f'<!DOCTYPE opml [<!ENTITY x SYSTEM "file://{secret}">]>'
    with pytest.raises(BadSources) as caught:
        read(opml(f"<outline {outline}/>", head))
    assert "do-not-tell" not in str(caught.value)
    (row,) = read(opml('<outline text="a" xmlUrl="http://a.example/"/>&x;', head))
    assert "do-not-tell" not in repr(row)


def test_entities_that_multiply_are_refused(read):
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = opml(
        '<outline text="&e9;" xmlUrl="http://a.example/"/>', f'<!DOCTYPE o [<!ENTITY e0 "x">{levels}]>'
    )
    with pytest.raises(BadSources):
        read(bomb)


def test_a_list_gives_its_sources_with_their_fields(read):
    rows = read(
        """
- url: http://Tide.example/news
  kind: listing
  name: Tide
  in_language: pt-BR
  zone: Atlantic/Cape_Verde
  hosts: [Img.Tide.example, "https://b.example:8443/x"]
- url: http://ledger.example/rss
"""
    )
    assert rows[0] == {
        "url": "http://tide.example/news",
        "kind": "listing",
        "name": "Tide",
        "in_language": "pt-BR",
        "zone": "Atlantic/Cape_Verde",
        "hosts": ["img.tide.example", "b.example:8443"],
    }
    assert rows[1]["kind"] == "feed"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("<opml><body><outline", "line 1"),
        ("<opml><body/></opml>", "no source"),
        (opml('<outline xmlUrl="javascript:1"/>'), "source 1: 'javascript:1' is no address"),
        ("", "a list"),
        ("[]", "no source"),
        ("a: b", "a list"),
        ("- url: [1", "flow sequence"),
        ('- url: !!python/object/apply:os.system ["true"]', "constructor"),
        ("- 7", "source 1: there is no url"),
        ("- url: http://a.example/\n- kind: feed", "source 2: there is no url"),
        ("- url: nope", "'nope' is no address"),
        ("- {url: http://a.example/, kind: blog}", "kind is one of"),
        ("- {url: http://a.example/, colour: red}", "unknown fields colour"),
        ("- {url: http://a.example/, zone: 5}", "zone is a text"),
        ("- {url: http://a.example/, zone: Mars/Olympus}", "no time zone"),
        ("- {url: http://a.example/, zone: Europe}", "no time zone"),
        ("- {url: http://a.example/, zone: ../../etc/passwd}", "no time zone"),
        ("- {url: http://a.example/, in_language: german please}", "no language tag"),
        ("- {url: http://a.example/, hosts: a.example}", "hosts is a list"),
        ("- {url: http://a.example/, hosts: [7]}", "no host"),
        ("- {url: http://a.example/, allow: /news/}", "allow is a list"),
        ("- {url: http://a.example/, deny: [news]}", "no pattern of a path"),
        ("- {url: http://a.example/, deny: [7]}", "no pattern of a path"),
        ("- {url: http://a.example/, interval: soon}", "no interval"),
        ("- {url: http://a.example/, interval: 0}", "no interval"),
        ("- {url: http://a.example/, interval: true}", "no interval"),
        ("- {url: http://a.example/, interval: 400d}", "no interval"),
        ("- {url: http://a.example/, min_interval: 2h, max_interval: 1h}", "longer than max_interval"),
        (b"\xff\xfe\x00", "position"),
    ],
)
def test_a_file_that_cannot_be_taken_says_where_and_why_in_one_line(read, text, complaint):
    with pytest.raises(BadSources, match=complaint) as caught:
        read(text)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    with pytest.raises(BadSources, match="No such file"):
        read_sources(tmp_path / "missing")
    with pytest.raises(BadSources, match="Is a directory"):
        read_sources(tmp_path)


def test_rules_of_paths_and_intervals_are_read(read):
    (row,) = read(
        "- {url: http://a.example/, allow: [/news/], deny: ['*.pdf$'], interval: 5m, max_interval: 7200}"
    )
    assert (row["allow"], row["deny"]) == (["/news/"], ["*.pdf$"])
    seconds = {name: value for name, value in row.items() if name.endswith("_seconds")}
    assert seconds == {"interval_seconds": 300, "min_interval_seconds": 300, "max_interval_seconds": 7200}


def test_a_bound_that_is_told_moves_the_one_that_is_not():
    assert checked({"url": "http://a.example/", "min_interval": "2d"})["max_interval_seconds"] == 2 * 86_400
    assert checked({"url": "http://a.example/", "max_interval": "60"})["min_interval_seconds"] == 60
    assert "min_interval_seconds" not in checked({"url": "http://a.example/"})


def test_one_source_has_one_address():
    assert address_of(" HTTP://A.example:80/rss?utm_source=x#y ") == "http://a.example/rss"
    assert checked({"url": "http://A.example/rss"})["url"] == "http://a.example/rss"
