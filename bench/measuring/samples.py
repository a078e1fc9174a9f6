"""Real pages to measure with, and a web server that serves them under their own host names."""

import base64
import json
import lzma
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from copytaster.errors import Unusable
from copytaster.urls import canonicalize, host_of

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"


@dataclass(frozen=True, slots=True)
class Sample:
    """A page as it is served: canonical URL, content type, bytes; and its HTML as the bare loop takes it."""

    url: str
    content_type: str
    body: bytes
    html: str | bytes


def load_samples(count: int) -> list[Sample]:
    """Take pages of the corpus, mixed but always the same ones; without it, those of the sample site."""
    if CORPUS.is_dir():
        found = corpus_pages(CORPUS)
    else:
        print(f"no corpus at {CORPUS}: measuring with the pages of the sample site")
        found = site_pages(ROOT / "examples" / "site")
    by_url: dict[str, Sample] = {}
    for sample in found:
        with suppress(Unusable):  # an address that the pipeline would refuse
            url = canonicalize(sample.url)
            by_url.setdefault(url, replace(sample, url=url))
    return sorted(by_url.values(), key=lambda sample: sha256(sample.url.encode()).digest())[:count]


def corpus_pages(folder: Path) -> Iterator[Sample]:
    """Read every page, at its own address as far as it is known (by plain HTTP: the page server has no TLS)."""
    for file in sorted(folder.glob("*/pages.jsonl.xz")):
        with lzma.open(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                row = json.loads(line)
                address = row.get("url") or f"http://p{number}.{file.parent.name}.example/"
                url = urlsplit(address)._replace(scheme="http", fragment="").geturl()
                if "html_b64" in row:
                    body = base64.b64decode(row["html_b64"])
                    yield Sample(url, "text/html", body, body)
                else:
                    body = row["html"].encode("utf-8", "surrogatepass")
                    yield Sample(url, "text/html; charset=utf-8", body, row["html"])


def site_pages(folder: Path) -> Iterator[Sample]:
    """Read the pages of the sample site: a folder for each host."""
    for path in sorted(folder.rglob("*.html")):
        body = path.read_bytes()
        yield Sample(f"http://{path.relative_to(folder).as_posix()}", "text/html", body, body)


@contextmanager
def serving(samples: Sequence[Sample]) -> Iterator[int]:
    """Serve the pages under their host names from a process of their own; give its port."""
    pages = {(host_of(sample.url), path_of(sample.url)): sample for sample in samples}

    class Pages(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            page = pages.get((self.headers.get("Host", ""), self.path))
            self.send_response(200 if page else 404)
            body = page.body if page else b""
            self.send_header("Content-Type", page.content_type if page else "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        pid = os.fork()
        if pid == 0:
            server.serve_forever()
        try:
            yield server.server_port
        finally:
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)


def path_of(url: str) -> str:
    """Give path and query, as they stand in a request."""
    parts = urlsplit(url)
    return parts._replace(scheme="", netloc="").geturl() or "/"
