"""The sample news site: five invented hosts behind one small server, with dates that stay recent.

``python examples/serve.py --port 8089`` serves it until Ctrl-C. Standard library only, loopback only.
Pages are files under ``site/<host>/``; three things in them are filled in when they are served:

* ``{{part:NAME}}``  the file ``_parts/NAME`` of the same host
* ``{{date:WHEN}}``  a moment relative to the start, for instance ``-1d 14:05 -01:00`` (yesterday at that
  time in that zone) or ``-9h``; ``A => B`` is A until the update and B after it; ``| FORMAT`` at the end
  is ``iso`` (default), ``naive``, ``utc``, ``rfc822`` or a language (``de``: 22. November 2026, 14:05)
* ``NAME.updated.html`` beside ``NAME.html`` takes its place after the update

``_routes.json`` holds what a file cannot say: status, redirect target, charset, content type.
"""

import argparse
import contextlib
import hashlib
import json
import re
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from email.message import Message
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

SITE = Path(__file__).resolve().parent / "site"
PUBLISHER = "www.tidewater-courier.example"
HOSTS = tuple(sorted(folder.name for folder in SITE.iterdir() if folder.is_dir()))
UPDATED_URL = f"http://{PUBLISHER}/harbour/brenna-ferry-aground-corrin-bar"
UPDATE_PATH = "/__update"

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
}
FILLED = {".html", ".xml"}

PLACEHOLDER = re.compile(r"\{\{(part|date):([^{}]*)\}\}")
MOMENT = re.compile(r"-(\d+)([dhm])(?: (\d\d):(\d\d))?(?: ([+-]\d\d):(\d\d))?")
MONTHS = {
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "ja": "1 2 3 4 5 6 7 8 9 10 11 12",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}
READABLE = {
    "ar": "{day} {month} {year}، {time}",
    "de": "{day}. {month} {year}, {time} Uhr",
    "en": "{day} {month} {year}, {time}",
    "es": "{day} de {month} de {year}, {time}",
    "fr": "{day} {month} {year} à {time}",
    "ja": "{year}年{month}月{day}日 {time}",
    "pt": "{day} de {month} de {year}, {time}",
    "ru": "{day} {month} {year}, {time}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer. Header names as they are sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Running:
    """A running server: where it listens, and how often each URL (without query) was asked for."""

    site: "SampleSite"
    port: int
    requests: Counter[str] = field(default_factory=Counter)

    @property
    def connect_to(self) -> str:
        """The value of ``COPYTASTER_CONNECT_TO`` that leads every sample host here."""
        return ",".join(f"{host}:80=127.0.0.1:{self.port}" for host in HOSTS)


class SampleSite:
    """The files under ``site/`` as HTTP answers, dated relative to ``now`` (timezone-aware)."""

    def __init__(self, now: datetime, *, updated: bool = False) -> None:
        self.now = now.astimezone(UTC).replace(second=0, microsecond=0)
        self.updated = updated

    def update(self) -> None:
        """Publish the later version of the article at ``UPDATED_URL``, in page, feed and sitemap."""
        self.updated = True

    def fill(self, text: str, host: str = PUBLISHER) -> str:
        """Replace every ``{{part:…}}`` and ``{{date:…}}`` in ``text``."""

        def value(match: re.Match[str]) -> str:
            kind, argument = match.groups()
            if kind == "date":
                return self._date(argument)
            part = SITE / host / "_parts" / argument
            return self.fill(part.read_text("utf-8").rstrip("\n"), host)

        return PLACEHOLDER.sub(value, text)

    def answer(self, host: str, target: str) -> Answer:
        """Answer a GET of ``target`` as ``host`` would (any unknown name is the publisher)."""
        host = known_host(host)
        path = unquote(urlsplit(target).path) or "/"
        route = json.loads((SITE / host / "_routes.json").read_text("utf-8")).get(path, {})
        if location := route.get("location"):
            return self._answer(b"", "text/html; charset=utf-8", route["status"], {"Location": location})
        file = find_file(host, route.get("file", path))
        if file is None:
            return self._page(host, SITE / host / "_404.html", {"status": HTTPStatus.NOT_FOUND})
        return self._page(host, file, route)

    @contextlib.contextmanager
    def serving(self, port: int = 0, *, log: bool = False) -> Iterator[Running]:
        """Serve on 127.0.0.1 (port 0: any free one) in a thread until the block ends."""
        server = _Server(("127.0.0.1", port), _Handler)
        server.log = log
        server.running = Running(self, server.server_port)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.running
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def _page(self, host: str, file: Path, route: Mapping[str, str | int]) -> Answer:
        later = file.with_suffix(f".updated{file.suffix}")
        body = (later if self.updated and later.is_file() else file).read_bytes()
        if file.suffix in FILLED:
            body = self.fill(body.decode("utf-8"), host).encode(str(route.get("charset", "utf-8")))
        content_type = str(route.get("content_type", CONTENT_TYPES[file.suffix]))
        return self._answer(body, content_type, int(route.get("status", HTTPStatus.OK)), {})

    def _answer(self, body: bytes, content_type: str, status: int, headers: Mapping[str, str]) -> Answer:
        headers = {"Content-Type": content_type, "Cache-Control": "no-cache", **headers}
        if status == HTTPStatus.OK:
            changed_at = self.now if self.updated else self.now - timedelta(hours=1)
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
            headers["Last-Modified"] = format_datetime(changed_at, usegmt=True)
        return Answer(status=status, headers=headers, body=body)

    def _date(self, argument: str) -> str:
        when, _, style = (part.strip() for part in argument.partition("|"))
        before, _, after = (part.strip() for part in when.partition("=>"))
        return write_date(self._moment(after if after and self.updated else before), style or "iso")

    def _moment(self, text: str) -> datetime:
        match = MOMENT.fullmatch(text)
        if match is None:
            raise ValueError(f"not a moment: {text!r}")
        count, unit, hour, minute, zone_hours, zone_minutes = match.groups()
        ago = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}[unit] * int(count)
        moment = self.now - ago
        if hour:
            moment = moment.replace(hour=int(hour), minute=int(minute))
        if not zone_hours:
            return moment
        sign = -1 if zone_hours.startswith("-") else 1
        zone = timezone(timedelta(hours=int(zone_hours), minutes=sign * int(zone_minutes)))
        return moment.replace(tzinfo=zone) if hour else moment.astimezone(zone)


def write_date(moment: datetime, style: str) -> str:
    """Write ``moment`` as ``iso``, ``naive`` (no zone), ``utc``, ``rfc822`` or in a language's words."""
    if style == "iso":
        return moment.isoformat()
    if style == "naive":
        return moment.replace(tzinfo=None).isoformat()
    if style == "utc":
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if style == "rfc822":
        return format_datetime(moment)
    month = MONTHS[style].split()[moment.month - 1]
    return READABLE[style].format(day=moment.day, month=month, year=moment.year, time=f"{moment:%H:%M}")


def known_host(name: str) -> str:
    """Say which sample host a Host header means; ``X.localhost`` is ``X.example``, for browsers."""
    name = re.sub(r":\d+$", "", name.strip().lower())
    name = re.sub(r"\.localhost$", ".example", name)
    return name if name in HOSTS else PUBLISHER


def find_file(host: str, path: str) -> Path | None:
    """Find the file behind a URL path: itself, with ``.html``, or its folder's ``index.html``."""
    steps = [step for step in path.split("/") if step]
    if any(step.startswith((".", "_")) or "\\" in step or "\0" in step for step in steps):
        return None
    place = SITE.joinpath(host, *steps)
    if path.endswith("/"):
        place /= "index.html"
    candidates = (place, place.with_name(f"{place.name}.html"))
    return next((file for file in candidates if file.is_file() and file.suffix in CONTENT_TYPES), None)


def is_unchanged(answer: Answer, headers: Message) -> bool:
    """Whether a conditional request finds what it has already (RFC 9110, 13.2.2: the ETag decides)."""
    if "ETag" not in answer.headers:
        return False
    if (wanted := headers.get("If-None-Match")) is not None:
        tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
        return bool(tags & {answer.headers["ETag"], "*"})
    try:
        since = parsedate_to_datetime(headers.get("If-Modified-Since") or "")
    except ValueError:
        return False
    return parsedate_to_datetime(answer.headers["Last-Modified"]) <= since.astimezone(UTC)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    log: bool
    running: Running


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "SampleSite"
    timeout = 30
    server: _Server

    def do_GET(self) -> None:
        host = known_host(self.headers.get("Host", ""))
        self.server.running.requests[f"http://{host}{urlsplit(self.path).path}"] += 1
        answer = self.server.running.site.answer(host, self.path)
        if is_unchanged(answer, self.headers):
            kept = {name: answer.headers[name] for name in ("ETag", "Last-Modified")}
            answer = Answer(status=HTTPStatus.NOT_MODIFIED, headers=kept, body=b"")
        self._send(answer)

    do_HEAD = do_GET  # noqa: N815 - see above

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        plain = {"Content-Type": "text/plain; charset=utf-8"}
        if urlsplit(self.path).path != UPDATE_PATH:
            self._send(Answer(status=HTTPStatus.METHOD_NOT_ALLOWED, headers=plain, body=b""))
            return
        self.server.running.site.update()
        self._send(Answer(status=HTTPStatus.OK, headers=plain, body=f"updated {UPDATED_URL}\n".encode()))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - http.server's name
        if self.server.log:
            super().log_message(format, *arguments)


def main() -> int:
    """Serve the sample site until Ctrl-C."""
    parser = argparse.ArgumentParser(description="Serve the sample news site on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=8089, help="port to listen on (0: any free one)")
    parser.add_argument("--now", type=datetime.fromisoformat, help="moment that dates count from (ISO 8601)")
    parser.add_argument("--updated", action="store_true", help="start with the updated article")
    parser.add_argument("--log", action="store_true", help="write a line for each request")
    options = parser.parse_args()
    site = SampleSite(options.now or datetime.now(UTC), updated=options.updated)
    try:
        with site.serving(options.port, log=options.log) as running:
            print(f"{PUBLISHER}: http://127.0.0.1:{running.port}/")
            for host in HOSTS:
                print(f"{host}: http://{host.removesuffix('example')}localhost:{running.port}/")
            print(f"publish the update: curl -X POST http://127.0.0.1:{running.port}{UPDATE_PATH}")
            print(f"COPYTASTER_CONNECT_TO={running.connect_to}", flush=True)
            threading.Event().wait()
    except KeyboardInterrupt:
        print()
    except OSError as error:
        print(f"cannot listen on 127.0.0.1:{options.port}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
