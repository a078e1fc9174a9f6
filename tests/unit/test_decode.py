"""Bytes -> text."""

import pytest

from copytaster.decode import decode

PAGE = "<html><head><meta charset='{}'></head><body><p>{}</p></body></html>"
RUSSIAN = "Жители посёлка вернулись домой после наводнения, сообщили спасатели вечером."


def test_the_byte_order_mark_wins_over_the_header():
    assert decode("žluťoučký".encode("utf-8-sig"), "text/html; charset=iso-8859-2").text == "žluťoučký"


def test_the_header_wins_over_the_meta_tag():
    body = PAGE.format("iso-8859-1", RUSSIAN).encode("windows-1251")
    found = decode(body, "text/html; charset=windows-1251")
    assert RUSSIAN in found.text
    assert found.encoding == "cp1251"


def test_the_meta_tag_is_read_without_a_header():
    assert RUSSIAN in decode(PAGE.format("koi8-r", RUSSIAN).encode("koi8-r"), "text/html").text


def test_latin_1_means_windows_1252_as_in_browsers():
    assert decode(b"<p>\x93so\x94</p>", "text/html; charset=iso-8859-1").text == "<p>“so”</p>"


def test_a_declaration_that_the_bytes_contradict_is_not_followed():
    found = decode(PAGE.format("iso-8859-1", RUSSIAN).encode(), None)
    assert RUSSIAN in found.text
    assert found.replacement_characters == 0


def test_an_undeclared_legacy_charset_is_detected():
    assert RUSSIAN in decode(f"<p>{RUSSIAN}</p>".encode("windows-1251") * 5, None).text


def test_a_meta_tag_cannot_declare_utf_16():
    assert decode(PAGE.format("utf-16", "naïve").encode(), None).encoding == "utf-8"


def test_a_header_can_declare_utf_16():
    assert (
        "naïve"
        in decode(PAGE.format("utf-8", "naïve").encode("utf-16-le"), "text/html; charset=utf-16le").text
    )


@pytest.mark.parametrize("name", ["idna", "base64", "undefined", "unicode_escape", "cp037"])
def test_an_encoding_that_no_page_is_written_in_is_no_declaration(name):
    assert RUSSIAN in decode(PAGE.format(name, RUSSIAN).encode(), f"text/html; charset={name}").text


@pytest.mark.parametrize("header", [None, "text/html; charset=utf-8", "text/html; charset=iso-8859-1"])
def test_a_footer_in_another_encoding_does_not_spoil_the_page(header):
    found = decode(f"<p>{RUSSIAN}</p>".encode() * 3 + "<footer>© Größe</footer>".encode("cp1252"), header)
    assert RUSSIAN in found.text
    assert found.replacement_characters == 3


def test_holes_are_counted():
    body = (RUSSIAN * 20).encode() + b"\xff"
    assert decode(body, "text/html; charset=utf-8").replacement_characters == 1


@pytest.mark.parametrize(
    "body", [b"", b"\x00", b"\xff" * 99, bytes(range(256)) * 9, b"\xed\xa0\x80", b"+AD4-"]
)
@pytest.mark.parametrize(
    "header",
    [
        None, "", "text/html; charset=nonsense", "charset=utf-7", "text/html;charset=\x00", "text/html; charset=idna",
        "text/html; charset=undefined", "text/html; charset=base64", "text/html; charset=rot13", "text/html; charset=utf-32",
        "text/html; charset=unicode_escape", "text/html; charset=punycode", "text/html; charset=x-user-defined",
    ],
)  # fmt: skip
def test_any_bytes_give_text(body, header):
    text = decode(body, header).text
    text.encode("utf-8")
