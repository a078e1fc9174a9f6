"""Tells a headline and a summary that are stuck together in one line. Pure."""

import re

from copytaster.strip.lines import Line

_CASED = (range(0xB5, 0x590), range(0x1E00, 0x2000), range(0x2C00, 0x2D30))
#: The small and the large letters of all scripts that have both, as ranges of a character class.
SMALL = "a-z" + "".join(
    char for block in _CASED for char in map(chr, block) if char.upper() != char.lower() == char
)
LARGE = "A-Z" + "".join(
    char for block in _CASED for char in map(chr, block) if char.lower() != char.upper() == char
)
#: A headline and a summary with no space between them: "…with North KoreaThe White House…".
_GLUED = re.compile(
    rf"(?<!\S)\S*(?:[{SMALL}\d]|(?<=[{SMALL}\d])[.;%]|(?<=\S)[!?)\]”\"'’»…])[“\"'‘«(„¿¡]?[{LARGE}](?:\S*?[^\s,.;:])?(?=\s)"
)
#: Joints that are common elsewhere too: believed only above a "read more".
_LOOSELY_GLUED = re.compile(
    rf"[{SMALL}]{{3}}\d|[{LARGE}][“\"«„][{LARGE}]|[{LARGE}]{{2}}[{LARGE}][{SMALL}]{{2}}|[{SMALL}?!][-–—]\s?[{LARGE}]|"
    rf"[{SMALL}]{{2}}[{LARGE}]\w+,\s|[{SMALL}][.?!…”\"»][{LARGE}]|[{SMALL}][“\"«„]\S"
)
_SENTENCE_END = re.compile(rf"[{SMALL}]{{2}}[.]\s")
_NAME_PREFIX = re.compile(
    rf"\W*(?:Mc|Mac|De|Di|Du|Da|La|Le|Van|Von|Fitz|[OD]['’]|\w{{1,2}}|\w{{1,6}}['’])(?=[{LARGE}])"
)
_HEADLINE_CHARACTERS = 6
HEADLINE_LIMIT = 260
_SUMMARY_WORDS = 2
_BEGINNING = 6
_GLUED_WORDS = 6
_CASELESS = 3  # one letter in so many may have a case
_STOP = re.compile(r"[。！？।۔።։။។]|[.!?]\s")
_END = 5  # letters in which a last sentence ends: "[...]"


def is_cased(char: str) -> bool:
    """Tell whether a letter can be small or large; Georgian has capitals, but no sentence begins with one."""
    return char.lower() != char.upper() and not "\u10d0" <= char <= "\u10ff"


def is_glued(line: Line) -> bool:
    """Tell whether a headline and a summary are stuck together in this line."""
    return line.words >= _GLUED_WORDS and is_glued_text(line.text)


def is_glued_text(text: str) -> bool:
    """Tell the same of a text."""
    if _begins_twice(text):
        return True
    for found in _GLUED.finditer(text, 0, HEADLINE_LIMIT):
        if found.start() >= _HEADLINE_CHARACTERS and not _NAME_PREFIX.match(found[0]):
            within = _SENTENCE_END.search(text, 0, found.start()) is None
            return within and len(text[found.end() :].split()) >= _SUMMARY_WORDS
    return False


def _begins_twice(text: str) -> bool:
    """Tell whether a summary repeats the headline that is stuck to it: in any script."""
    again = text.find(text[:_BEGINNING], _BEGINNING, HEADLINE_LIMIT)
    return again > 0 and not text[again - 1].isspace() and text.startswith(text[:again], again)


def is_caseless_summary(text: str) -> bool:
    """Tell whether a text without capitals can be headline and summary: it has one sentence at most, and the headline may be one."""
    sample = text[:HEADLINE_LIMIT]
    caseless = sum(map(is_cased, sample)) * _CASELESS < len(sample)
    return caseless and len(_STOP.findall(text, 0, max(0, len(text) - _END))) <= 1


def is_loosely_glued(line: Line) -> bool:
    """Tell the same by weaker signs."""
    return is_glued(line) or any(
        found.search(line.text, 0, HEADLINE_LIMIT) is not None for found in (_GLUED, _LOOSELY_GLUED)
    )
