"""What ``make demo`` shows: a messy page beside its clean copy, the funnel, SQL, what to type next."""

import re
from typing import Any

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from copytaster.airflow_api import AirflowApi
from copytaster.overview import FUNNEL, read
from copytaster.screen import table

#: The aggregator page: the mess that made somebody start this project.
MESSY_HOST = "news.harbourlight-digest.example"
_CUT = re.compile(r"line (\d+) cut by (\S+)")
_LINE_WIDTH = 92

QUESTIONS = (
    (
        "The newest articles",
        """SELECT date_published, in_language, headline, authors
FROM news.article
ORDER BY date_published DESC NULLS LAST
LIMIT 6""",
    ),
    (
        "Which article changed, and how?",
        """SELECT change_id, kind, version, materiality, canonical_url
FROM news.article_change
WHERE version > 1
ORDER BY change_id""",
    ),
    (
        "Who copied whom?",
        """SELECT headline, members, origin_url, urls
FROM news.story""",
    ),
)


def introduce(to: Console) -> None:
    """Say what is going to happen."""
    to.print(
        Text("Copytaster", style="bold"),
        "reads a sample news site through real Airflow DAGs into Postgres.\n",
    )


def greet(to: Console, api: AirflowApi, reader_url: str) -> None:
    """Say where the UI is and how to log in."""
    to.print(
        f"\nAirflow   {api.url}   user {api.username}   password {api.password}"
        f"\nSQL       {reader_url}\n          or, in another terminal: .venv/bin/copytaster sql"
        "\nLogs      .data/airflow/component-logs\n\nCtrl-C stops everything.\n",
        markup=False,
    )


def show_all(to: Console, reader_url: str, site: Any) -> None:
    """Show what the demo made."""
    messy = _messy_url(site)
    to.print(Rule("One messy page, line by line"), Text(f"{messy}\n", style="dim"))
    _show_lines(to, reader_url, messy)
    to.print(Rule("Its clean copy: news.article"))
    _show_article(to, reader_url, messy)
    to.print(Rule("The funnel: every page is in exactly one place"))
    _show_query(to, reader_url, FUNNEL)
    for title, statement in QUESTIONS:
        to.print(Rule(title))
        to.print(Text(f"{statement}\n", style="cyan"))
        _show_query(to, reader_url, statement)


def next_commands(to: Console) -> None:
    """Say what to type next."""
    to.print(Rule("What next?"))
    commands = (
        ("make up", "the Airflow UI, with these pages and sources; the login is printed"),
        (".venv/bin/copytaster sql", "psql on what the demo loaded"),
        (".venv/bin/copytaster explain URL", "why a page is as it is"),
        (".venv/bin/copytaster status", "the funnel and the sources"),
        (".venv/bin/copytaster source add URL", "watch a source of your own"),
        ("make test", "every test"),
    )
    to.print(table(("type", "to see"), commands))


def differences(reader_url: str, site: Any) -> list[str]:
    """Compare where each sample page is with where its manifest says that it belongs."""
    from examples.manifest import read_pages  # noqa: PLC0415 - the samples are no part of the package

    _, rows = read(
        reader_url,
        """
        SELECT canonical_url, 'loaded', NULL FROM news.article
        UNION ALL
        SELECT unnest(url_aliases), 'loaded', NULL FROM news.article
        UNION ALL
        SELECT url, 'quarantined', reason FROM news.quarantine WHERE decision IS NULL
        """,
    )
    found = {url: (state, reason) for url, state, reason in rows}
    return [
        f"{page.url}: expected {page.state} {page.reason or ''}, found {' '.join(filter(None, where))}"
        for page in read_pages(site)
        if page.state != "gone"
        if not _is_right(page, where := found.get(page.url, ("nowhere", None)))
    ]


def _is_right(page: Any, where: tuple[str, str | None]) -> bool:
    state, reason = where
    return bool(state == page.state and (state == "loaded" or reason in page.reasons))


def _messy_url(site: Any) -> str:
    from examples.manifest import read_pages  # noqa: PLC0415 - see differences

    return next(str(page.url) for page in read_pages(site) if page.is_article and MESSY_HOST in page.url)


def _show_lines(to: Console, reader_url: str, url: str) -> None:
    """Show every line that was read: kept as it is, cut ones with the rule that cut them."""
    _, steps = read(reader_url, "SELECT what, detail FROM news.explain(%s) WHERE stage = 'strip'", (url,))
    _, bodies = read(reader_url, "SELECT article_body FROM news.article WHERE canonical_url = %s", (url,))
    cuts = {int(m[1]): (m[2], detail) for what, detail in steps if (m := _CUT.fullmatch(what))}
    kept = iter(bodies[0][0].splitlines() if bodies else [])
    lines = []
    for place in range(len(cuts) + len(bodies[0][0].splitlines() if bodies else [])):
        rule, line = cuts[place] if place in cuts else ("", next(kept, ""))
        lines.append(
            (rule and f"✂ {rule}", line if len(line) <= _LINE_WIDTH else f"{line[: _LINE_WIDTH - 1]}…")
        )
    shown = table(("cut by", "line"), lines)
    for number, (rule, _) in enumerate(lines):
        shown.rows[number].style = "red" if rule else ""
    to.print(shown, "")


def _show_article(to: Console, reader_url: str, url: str) -> None:
    columns, rows = read(
        reader_url,
        """
        SELECT headline, authors, date_published, in_language, word_count, article_body
        FROM news.article WHERE canonical_url = %s
        """,
        (url,),
    )
    to.print(table(("field", "value"), zip(columns, rows[0], strict=True) if rows else []), "")


def _show_query(to: Console, reader_url: str, statement: str) -> None:
    columns, rows = read(reader_url, statement)
    to.print(table(columns, rows), "")
