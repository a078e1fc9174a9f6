"""Dates as people write them, in many languages -> day and time. Pure."""
# ruff: noqa: RUF001 - dates of other scripts

import re
import tomllib
from functools import cache
from importlib.resources import files

from copytaster.chars import plain_digits

# Day, month name, year; month name, day, year; year, month name, day; Chinese, Japanese, Korean; digits.
_FORMS = (
    r"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.)?,?\s*(?:de\s+|of\s+|d['’])?(?P<month>{months})\.?,?\s*(?:de\s+|del\s+)?(?P<y>(?:19|20)\d\d)(?!\d)",
    r"\b(?P<month>{months})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?,?\s+(?P<y>(?:19|20)\d\d)(?!\d)",
    r"(?<!\d)(?P<y>(?:19|20)\d\d)\.?\s+(?:m\.\s+)?(?P<month>{months})\.?\s+(?P<d>\d{{1,2}})(?!\d)",
    r"(?P<y>(?:19|20)\d\d)\s?[年년]\s?(?P<m>\d{{1,2}})\s?[月월]\s?(?P<d>\d{{1,2}})\s?[日일]",
    r"(?<![\d./])(?P<a>\d{{1,2}})(?P<s>[./-])\s?(?P<b>\d{{1,2}})(?P=s)\s?(?P<y>(?:19|20)\d\d)(?![\d])",
    r"(?<![\w./-])(?P<a>\d{{2}})(?P<s>[./])(?P<b>\d{{2}})(?P=s)(?P<y>\d{{2}})(?![\w./-])",
)
_TIME = re.compile(
    r"^\W{0,4}(?:(?:at|um|à|alle|a las|às|om|kl\.?|o|в|about|[-–—|•·])\s*)?\W{0,3}(?P<H>\d{1,2})\s?[:.hH時]\s?(?P<M>\d{2})(?!\d)"
    r"\s*(?P<ap>[AaPp]\.?[Mm]\b\.?)?\s*(?P<z>[A-Z]{2,4}\b)?"
)
_MOST_TEXT = 300
_LAST_CENTURY = 70  # two digits from which on a year is one of 19xx

Parts = dict[str, str | None]


def read_written(text: str, *, month_first: bool = False) -> Parts | None:
    """Find the first written date in a short text, as the parts ``y m d H M ap z``; None without one.

    ``month_first`` decides what 3/4/2026 means.
    """
    text = plain_digits(text[:_MOST_TEXT])
    if not any(character.isdigit() for character in text):
        return None
    found = min(
        (match for form in _patterns() if (match := form.search(text))), key=re.Match.start, default=None
    )
    if found is None:
        return None
    parts = _day(found.groupdict(), month_first=month_first)
    time = _TIME.match(text, found.end()) or _TIME.match(text[found.end() :])
    return {**parts, **(time.groupdict() if time else {})}


def _day(told: Parts, *, month_first: bool) -> Parts:
    if len(year := told["y"] or "") == 2:  # noqa: PLR2004 - digits
        told = {**told, "y": ("20" if int(year) < _LAST_CENTURY else "19") + year}
    if month := told.get("month"):
        return {"y": told["y"], "m": str(months()[_fold(month)]), "d": told["d"]}
    if told.get("a"):
        first, second = str(told["a"]), str(told["b"])
        swap = int(second) > 12 or (month_first and told["s"] == "/" and int(first) <= 12)  # noqa: PLR2004 - months
        return {"y": told["y"], "m": first if swap else second, "d": second if swap else first}
    return {"y": told["y"], "m": told["m"], "d": told["d"]}


def _fold(month: str) -> str:
    """Fold what the pattern takes for equal: case, the last sigma of a Greek word, all four Turkish I."""
    return month.casefold().replace("\u0307", "").replace("\u0131", "i")


@cache
def months() -> dict[str, int]:
    """List the names of the months in every language, folded, with their numbers."""
    tables = tomllib.loads(files("copytaster").joinpath("data", "months.toml").read_text(encoding="utf-8"))
    return {
        _fold(form): i + 1
        for names in tables.values()
        for i, forms in enumerate(names)
        for form in forms.split()
    }


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    names = "|".join(sorted(map(re.escape, months()), key=len, reverse=True)).replace("i", "[iıİ]")
    return tuple(re.compile(form.format(months=names), re.IGNORECASE) for form in _FORMS)
