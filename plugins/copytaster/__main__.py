"""The command line: ``copytaster`` and ``python -m copytaster``."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence

from copytaster import __version__
from copytaster.errors import CopytasterError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0 if all is well, 1 if the work failed, 2 for wrong usage."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if "run" not in given:
        parser.print_help(sys.stderr)
        return 2
    if threading.current_thread() is threading.main_thread():
        # A shell starts what it puts into the background with Ctrl-C ignored; we end by it all the same.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        from copytaster import commands  # noqa: PLC0415 - `--help` and wrong usage answer at once

        return int(getattr(commands, given.run)(given))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _give_up_output()  # its reader has gone: nothing more to say
        return 1
    except OSError as error:
        sys.stderr.write(f"copytaster: {_in_one_line(error)}\n")
        if error.filename is None:
            _give_up_output()  # it may be what is full
        return 1
    except CopytasterError as error:
        sys.stderr.write(f"copytaster: {_in_one_line(error)}\n")
        return 1


def _give_up_output() -> None:
    """Let what is still to be written go nowhere, so that Python does not fail once more when it flushes at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _in_one_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return " ".join(str(error).split()) or type(error).__name__


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="copytaster", description="Clean article text in Postgres.")
    parser.add_argument("--version", action="version", version=f"copytaster {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for add in (_extract, _database, _source, _pipeline, _look, _run):
        add(commands)
    return parser


def _extract(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    extract = commands.add_parser(
        "extract", help="one HTML or text file -> one JSON article; or many with --jsonl"
    )
    extract.add_argument("file", nargs="?", metavar="FILE", help="HTML or text; - for standard input")
    extract.add_argument("--url", help="the page's address, for links and canonical URL")
    extract.add_argument(
        "--jsonl", metavar="IN", help='rows {"id", "url", "html"|"html_b64"|"text"}; plain, .gz or .xz'
    )
    extract.add_argument(
        "--out", metavar="OUT", help="where the result rows go; plain, .gz or .xz; - for stdout"
    )
    extract.add_argument(
        "--workers", metavar="N", type=_positive, default=None, help="processes (default: one per core)"
    )
    extract.set_defaults(run="extract", usage=extract.error)


def _database(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    commands.add_parser("migrate", help="bring the database up to date").set_defaults(run="migrate")
    sql = commands.add_parser(
        "sql", help="read with SQL; without SQL: psql, or what stands on standard input"
    )
    sql.add_argument("statement", nargs="?", metavar="SQL")
    sql.add_argument("--csv", action="store_true", help="comma-separated values with a header line")
    sql.set_defaults(run="sql")
    postgres = commands.add_parser("postgres", help="keep the embedded Postgres running until Ctrl-C")
    postgres.set_defaults(run="postgres")


def _source(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    source = commands.add_parser("source", help="the sources that discover polls")
    actions = source.add_subparsers(title="actions", metavar="ACTION", required=True)
    add = actions.add_parser(
        "add",
        help="add a feed, a sitemap, or what is found at a homepage; adding it again changes what was said of it",
    )
    add.add_argument("url", metavar="URL", help="of a feed, a sitemap, or any page of a site")
    add.add_argument("--all", action="store_true", help="watch all that is found, not only the best")
    add.add_argument(
        "--kind", choices=("feed", "sitemap", "listing"), help="take the URL itself, unseen, as this"
    )
    add.add_argument("--name", default="", help="what people call it")
    add.add_argument("--language", help="BCP 47, such as de or pt-BR")
    add.add_argument("--zone", help="IANA zone of dates that carry none, such as Europe/Berlin")
    add.add_argument("--hosts", default="", help="further hosts whose links are taken, comma-separated")
    add.add_argument(
        "--allow", default="", help="patterns of paths that are taken, comma-separated: /news/,/*/live/"
    )
    add.add_argument("--deny", default="", help="patterns of paths that are left out")
    add.add_argument(
        "--interval", help="between two polls at first: seconds, or 90s, 5m, 2h, 1d (default 15m)"
    )
    add.add_argument("--min-interval", help="the shortest that it may come to (default 5m)")
    add.add_argument("--max-interval", help="the longest that it may come to (default 1d)")
    add.set_defaults(run="source_add")
    actions.add_parser("list", help="list the sources").set_defaults(run="source_list")
    show = actions.add_parser(
        "show", help="all that is known of one source: how it answers, what is not taken"
    )
    show.add_argument("url", metavar="URL")
    show.set_defaults(run="source_show")
    remove = actions.add_parser("remove", help="stop polling a source; what it brought stays")
    remove.add_argument("url", metavar="URL")
    remove.set_defaults(run="source_remove")
    take = actions.add_parser("import", help="add the sources of an OPML or YAML file")
    take.add_argument("path", metavar="FILE")
    take.add_argument(
        "--find",
        action="store_true",
        help="take the addresses for homepages: watch the best that is found at each",
    )
    take.set_defaults(run="source_import")


def _pipeline(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    ingest = commands.add_parser("ingest", help="run the pipeline here and now on URLs")
    ingest.add_argument("urls", nargs="+", metavar="URL")
    ingest.add_argument("--note", help="why, for those who look later")
    ingest.set_defaults(run="ingest")
    take = commands.add_parser("import", help="run the pipeline on WARC files and text dumps")
    take.add_argument(
        "path", metavar="PATH", help="a .warc, .warc.gz or .txt file, or a folder or URL of such"
    )
    take.set_defaults(run="import_path")


def _look(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    explain = commands.add_parser("explain", help="everything that happened to one page")
    explain.add_argument("url", metavar="URL")
    explain.add_argument("--json", action="store_true", help="one JSON object a line")
    explain.set_defaults(run="explain")
    commands.add_parser("status", help="the funnel and the work list").set_defaults(run="status")
    commands.add_parser("doctor", help="check every part and say what to do").set_defaults(run="doctor")


def _run(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = commands.add_parser("demo", help="the whole pipeline on a bundled sample site; ends by itself")
    demo.set_defaults(run="demo")
    up = commands.add_parser("up", help="everything with the Airflow UI, until Ctrl-C")
    up.add_argument("--port", type=_positive, default=8080, help="of the Airflow UI (default 8080)")
    up.add_argument("--no-samples", action="store_true", help="without the bundled sample site")
    up.set_defaults(run="up")


def _positive(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")


if __name__ == "__main__":
    sys.exit(main())
