"""One URL per page, and no address in disguise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copytaster.errors import Unusable
from copytaster.urls import canonicalize, host_of, is_homepage, registered_domain, same_site


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
