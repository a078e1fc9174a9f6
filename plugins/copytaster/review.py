"""Groups of open cases -> questions for people, and their answers -> decisions. Pure.

A question is what Airflow's *Required Actions* shows: a subject, Markdown, a form. What a page says is never
taken as Markdown: it stands in fenced blocks and code spans.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from copytaster.errors import CopytasterError

RELEASE, DISCARD, MEND, LATER = "Release", "Discard", "Mend and release", "Later"
OPTIONS = (RELEASE, DISCARD, MEND, LATER)
#: Fields of the form that mend the article, beside ``note`` and ``leave_out``.
MENDABLE = ("headline", "authors", "date_published", "in_language")
_SHOWN_WHOLE, _SHOWN_CUTS, _SHOWN_LINES = 3, 12, 12
_LONGEST = 300


class BadAnswer(CopytasterError):
    """An answer cannot be carried out. The message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person wants done with cases; ``fixes`` are fields of the article."""

    option: str
    cases: tuple[Mapping[str, Any], ...]
    note: str = ""
    fixes: Mapping[str, Any] | None = None
    decided_by: str = ""


def question(group: Mapping[str, Any]) -> dict[str, Any]:
    """Make a question of a row of ``claim_reviews``: ``subject``, ``body`` (Markdown) and the ``cases`` it is about."""
    cases: Sequence[Mapping[str, Any]] = group["cases"]
    count = f"{len(cases)} pages" if len(cases) > 1 else "1 page"
    source = group["source_name"] or "submitted"
    return {
        "subject": f"{count} held back: {group['reason']} ({_line(source)})"[:200],
        "body": "\n\n".join(_body(group, cases)),
        "cases": [{name: case[name] for name in ("quarantine_id", "capture_id", "url")} for case in cases],
    }


def _body(group: Mapping[str, Any], cases: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    yield f"**{group['reason']}**: {group['cause'] or ''} {group['cure'] or ''}"
    for case in cases[:_SHOWN_WHOLE]:
        yield from _case(case)
    if rest := cases[_SHOWN_WHOLE:]:
        yield "**And so on:**"
        yield "\n".join(
            f"* {case['quarantine_id']}: {_code(case['headline'])} {_code(case['url'])}" for case in rest
        )


def _case(case: Mapping[str, Any]) -> Iterable[str]:
    yield f"### Case {case['quarantine_id']}"
    yield f"{_code(case['headline'] or '(no headline)')}  \n{_code(case['url'])}"
    findings = case["findings"] or []
    lines = [f"* {f['severity']}: {f['rule']} on {f['field']}: {_code(f['seen'])}" for f in findings]
    yield "\n".join(lines) or f"* {_code(case['detail'] or case['seen'])}"
    yield _block("\n".join((case["body"] or "").split("\n")[:_SHOWN_LINES]))
    if cuts := case["cuts"]:
        yield f"Lines cut ({len(cuts)}):"
        yield _block("\n".join(f"{cut['rule']}: {cut['line'][:120]}" for cut in cuts[:_SHOWN_CUTS]))


def _line(text: object) -> str:
    return " ".join(str(text or "").split())[:_LONGEST]


def _code(text: object) -> str:
    """Write a text as a code span that it cannot end."""
    told = _line(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", told)), default=0))
    return f"{fence} {told} {fence}" if told else ""


def _block(text: str) -> str:
    """Write a text as a fenced block that it cannot end."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}text\n{text}\n{fence}"


def decision(answer: Mapping[str, Any]) -> Decision:
    """Read an answer: ``chosen_options``, ``params_input``, ``responded_by_user`` and the ``cases`` it is about.

    Raises ``BadAnswer`` where the form asks for what cannot be done.
    """
    (option,) = answer["chosen_options"]
    form: Mapping[str, Any] = answer.get("params_input") or {}
    out = _numbers(form.get("leave_out") or "")
    known = {case["quarantine_id"] for case in answer["cases"]}
    if strange := out - known:
        raise BadAnswer(f"there is no case {', '.join(map(str, sorted(strange)))} in this review")
    fixes = {name: value for name in MENDABLE if (value := _given(name, form.get(name)))}
    if option == MEND and not fixes:
        raise BadAnswer(f"{MEND}: fill in at least one of {', '.join(MENDABLE)}")
    user = answer.get("responded_by_user") or {}
    return Decision(
        option=option,
        cases=tuple(case for case in answer["cases"] if case["quarantine_id"] not in out),
        note=str(form.get("note") or ""),
        fixes=fixes if option == MEND else None,
        decided_by=str(user.get("name") or user.get("id") or ""),
    )


def _given(name: str, value: object) -> Any:
    told = str(value or "").strip()
    return [author.strip() for author in told.split(",") if author.strip()] if name == "authors" else told


def _numbers(text: str) -> set[int]:
    words = re.split(r"[\s,;]+", str(text).strip())
    if strange := [word for word in words if word and not word.isdecimal()]:
        raise BadAnswer(f"leave_out: {strange[0]!r} is no number of a case")
    return {int(word) for word in words if word}
