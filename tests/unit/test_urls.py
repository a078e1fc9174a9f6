"""One URL per page, and no address in disguise."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copytaster import urls
from copytaster.errors import Unusable
from copytaster.urls import (
    canonicalize,
    host_of,
    is_homepage,
    other_forms,
    plainer_forms,
    registered_domain,
    same_site,
    target_of,
)

TABLES = tomllib.loads((Path(urls.__file__).parent / "data" / "addresses.toml").read_text("utf-8"))
TRACKING = TABLES["tracking"]
NAMES = [word for name in ("campaigns", "clicks", "readers") for word in TRACKING[name].split()]


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://Harbour.Example:80/a/../b?b=1&a=2#top", "http://harbour.example/b?a=2&b=1"),
        ("https://harbour.example:443", "https://harbour.example/"),
        ("https://harbour.example:8443/x", "https://harbour.example:8443/x"),
        ("https://bücher.example/ü?q=ü", "https://xn--bcher-kva.example/%C3%BC?q=%C3%BC"),
        ("https://harbour.example./x", "https://harbour.example/x"),
        ("\n https://harbour.example/a b \n", "https://harbour.example/a%20b"),
        ("https://harbour.example/x?utm_source=a&id=3&fbclid=z", "https://harbour.example/x?id=3"),
        ("https://harbour.example/x?UTM_Medium=a", "https://harbour.example/x"),
        ("https://harbour.example/x?from=rss", "https://harbour.example/x"),
        ("https://harbour.example/x?from=2026", "https://harbour.example/x?from=2026"),
        ("https://youtu.be/abc?si=XyZ&t=9", "https://youtu.be/abc?t=9"),
        ("https://harbour.example/abc?si=XyZ&t=9", "https://harbour.example/abc?si=XyZ&t=9"),
        ("http://[2001:DB8:0::1]:8080/", "http://[2001:db8::1]:8080/"),
        ("http://192.0.2.1/x", "http://192.0.2.1/x"),
    ],
)
def test_a_page_has_one_url(url: str, canonical: str) -> None:
    assert canonicalize(url) == canonical
    assert canonicalize(canonical) == canonical


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://harbour.example/", "forbidden_address"),
        ("javascript:alert(1)", "forbidden_address"),
        ("file:///etc/passwd", "forbidden_address"),
        ("http://2130706433/", "forbidden_address"),
        ("http://0x7f.1/", "forbidden_address"),
        ("http://0177.0.0.1/", "forbidden_address"),
        ("http://127.1/", "forbidden_address"),
        ("http://127.0.0.1./", "forbidden_address"),
        ("http://①②⑦.0.0.1/", "forbidden_address"),
        ("http://127。0。0。1/", "forbidden_address"),
        ("http://\uff11\uff12\uff17.0.0.1/", "forbidden_address"),
        ("http://user@harbour.example/", "forbidden_address"),
        ("http://harbour.example:80@127.0.0.1/", "forbidden_address"),
        ("http://[fe80::1%25eth0]/", "forbidden_address"),
        ("http://harbour.example:0/", "forbidden_address"),
        ("http://harbour.example\\@127.0.0.1/", "invalid_url"),
        ("http:\\\\harbour.example/", "invalid_url"),
        ("http://harbour.example/\r\nHost: x", "invalid_url"),
        ("http://harb\u200bour.example\u202e/", "invalid_url"),
        ("http://harbour.example/\ud800", "invalid_url"),
        ("http://harbour%2eexample/", "invalid_url"),
        ("http://harbour..example/", "invalid_url"),
        ("http://harbour.example:99999/", "invalid_url"),
        ("http://[::1/", "invalid_url"),
        ("http:///x", "invalid_url"),
        ("//harbour.example/x", "invalid_url"),
        ("no url", "invalid_url"),
        ("", "invalid_url"),
        ("http://harbour.example/" + "x" * 5_000, "invalid_url"),
    ],
)
def test_what_is_no_web_address_is_refused(url: str, reason: str) -> None:
    with pytest.raises(Unusable) as refused:
        canonicalize(url)

    assert refused.value.reason == reason


@given(st.text(st.characters(), max_size=60).map(lambda text: "http://" + text) | st.text(max_size=40))
def test_any_text_is_a_canonical_url_or_refused(text: str) -> None:
    try:
        canonical = canonicalize(text)
    except Unusable:
        return
    assert canonicalize(canonical) == canonical
    assert canonical.isascii()


def test_a_host_keeps_its_port_only_where_it_matters() -> None:
    assert host_of("HTTPS://Harbour.example:443/x") == "harbour.example"
    assert host_of("http://harbour.example:443/x") == "harbour.example:443"
    assert host_of("http://[::1]:80/") == "[::1]"


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("news.harbour.co.uk", "harbour.co.uk"),
        ("harbour.example:8080", "harbour.example"),
        ("a.b.harbour.example", "harbour.example"),
        ("one.blogspot.com", "one.blogspot.com"),
        ("192.0.2.1:80", "192.0.2.1"),
        ("[::1]:80", "[::1]"),
        ("localhost", "localhost"),
    ],
)
def test_a_site_is_what_was_registered(host: str, domain: str) -> None:
    assert registered_domain(host) == domain


def test_two_hosts_of_one_domain_are_one_site() -> None:
    assert same_site("https://www.harbour.example/a", "http://m.harbour.example/b")
    assert not same_site("https://one.co.uk/", "https://two.co.uk/")


@pytest.mark.parametrize("path", ["", "/", "/en/", "/de-DE", "/index.html", "/en/index.php", "/home"])
def test_a_front_page_is_known(path: str) -> None:
    assert is_homepage("https://harbour.example" + path)


@pytest.mark.parametrize("path", ["/?p=12", "/us/politics", "/ferry", "/index/2026"])
def test_other_pages_are_no_front_page(path: str) -> None:
    assert not is_homepage("https://harbour.example" + path)


def test_an_address_of_megabytes_is_refused_at_once():
    with pytest.raises(Unusable, match="longer than") as refused:
        canonicalize("http://fen.example/?q=" + "%41" * 3_000_000)
    assert refused.value.reason == "invalid_url"


@pytest.mark.parametrize("name", [*NAMES, *(prefix + "x" for prefix in TRACKING["prefixes"].split())])
def test_a_parameter_of_the_table_is_taken_off_whatever_its_value_and_case(name):
    assert (
        canonicalize(f"https://harbour.example/a?id=3&{name.upper()}=x&z")
        == "https://harbour.example/a?id=3&z="
    )
    assert canonicalize(f"https://harbour.example/a?x{name}=1") != "https://harbour.example/a"


@pytest.mark.parametrize("pair", TRACKING["pairs"].split())
def test_a_pair_of_the_table_is_taken_off_and_the_name_with_another_value_stays(pair):
    name = pair.partition("=")[0]
    assert canonicalize(f"https://harbour.example/a?{pair}") == "https://harbour.example/a"
    assert canonicalize(f"https://harbour.example/a?{name}=7") == f"https://harbour.example/a?{name}=7"


@pytest.mark.parametrize(
    ("domain", "name"),
    [(domain, name) for domain, names in TRACKING["of_domain"].items() for name in names.split()],
)
def test_a_parameter_of_one_domain_is_taken_off_there_only(domain, name):
    assert canonicalize(f"https://{domain}/a?{name}=7") == f"https://{domain}/a"
    if name not in NAMES:
        assert canonicalize(f"https://harbour.example/a?{name}=7") == f"https://harbour.example/a?{name}=7"


def test_every_word_of_the_table_stands_there_once_and_in_lower_case():
    assert len(NAMES) == len(set(NAMES))
    assert all(name == name.lower() for name in NAMES)


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://m.harbour.example/a", ["https://www.harbour.example/a", "https://harbour.example/a"]),
        ("https://en.m.harbour.example/a", ["https://en.harbour.example/a"]),
        ("https://amp.harbour.co.uk/a", ["https://www.harbour.co.uk/a", "https://harbour.co.uk/a"]),
        ("https://harbour.example/a/amp", ["https://harbour.example/a", "https://harbour.example/a/"]),
        ("https://harbour.example/a/amp/", ["https://harbour.example/a/", "https://harbour.example/a"]),
        ("https://harbour.example/amp/a", ["https://harbour.example/a"]),
        ("https://harbour.example/a.amp.html", ["https://harbour.example/a.html"]),
        ("https://harbour.example/a.amp", ["https://harbour.example/a"]),
        ("https://harbour.example/a?amp=1&id=3", ["https://harbour.example/a?id=3"]),
        ("https://harbour.example/a?amp", ["https://harbour.example/a"]),
        ("https://harbour.example/a?outputType=amp", ["https://harbour.example/a"]),
        ("http://harbour.example/a", ["https://harbour.example/a"]),
        ("https://harbour.example/amp", []),
        ("https://harbour.example/champ?stamp=1", []),
        ("https://m.example/a", []),
        ("https://harbour.example:8443/a", []),
        ("https://[::1]/a", []),
        ("https://harbour.example/a", []),
    ],
)
def test_the_forms_for_phones_and_amp_have_a_plainer_one(url, plain):
    assert list(plainer_forms(url)) == plain


def test_a_page_is_known_under_both_schemes_with_and_without_www():
    assert set(other_forms("https://www.harbour.example/a")) == {
        "http://www.harbour.example/a",
        "https://harbour.example/a",
        "http://harbour.example/a",
    }
    assert set(other_forms("https://news.harbour.example/a")) == {"http://news.harbour.example/a"}
    assert "https://www.harbour.example/a" in other_forms("http://m.harbour.example/a/amp/")


@given(st.text(max_size=40).map(lambda text: "http://m.harbour.example/" + text))
def test_every_form_of_an_address_is_canonical(text):
    try:
        url = canonicalize(text)
    except Unusable:
        return
    assert all(canonicalize(form) == form for form in plainer_forms(url))
    assert url not in other_forms(url)


def test_rules_are_matched_with_path_and_query():
    assert target_of("https://harbour.example/a/b?c=1") == "/a/b?c=1"
    assert target_of("https://harbour.example") == "/"
