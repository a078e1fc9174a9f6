"""Text -> digest."""

from copytaster.fingerprint import text_digest


def test_copies_with_other_case_spacing_and_punctuation_share_a_digest():
    assert text_digest("“The dam held,” she said.\nAll night.") == text_digest(
        '"the dam held" she said — all  night'
    )


def test_another_word_gives_another_digest():
    assert text_digest("The dam held.") != text_digest("The dam failed.")


def test_text_without_a_word_has_the_empty_digest():
    assert text_digest(" …—! ") == ""
    assert text_digest("") == ""


def test_a_lone_surrogate_is_no_reason_to_fail():
    assert text_digest("dam \ud800 held") == text_digest("dam held")


def test_a_standfirst_above_the_text_does_not_count():
    assert text_digest("Why it held\nThe dam held.", "Why it held.") == text_digest("The dam held.")


def test_an_abstract_that_is_all_there_is_counts():
    assert text_digest("Why it held", "Why it held") == text_digest("Why it held")
