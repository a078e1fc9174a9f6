"""Pages -> the WARC file of a batch, and back: payloads that have not changed are kept once.

The writer is told what the database knows of each page, the reader where the payload of a revisit is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from copytaster import warc
from copytaster.answer import Answer
from copytaster.archive import ArchivePath
from copytaster.config import Settings
from copytaster.model import Capture, Link, Outcome, Page
from copytaster.store import Background


def warcinfo(batch: int, settings: Settings) -> dict[str, str]:
    """Give what the first record of a batch's file says beside the names of program and format."""
    told = {
        "isPartOf": f"batch-{batch}",
        "robots": "obey",  # the term of Heritrix for keeping to robots.txt
        "http-header-user-agent": settings.agent_header,
        "http-header-from": settings.contact if "@" in settings.contact else "",
    }
    return {name: value for name, value in told.items() if value}


class Keeper:
    """Writes the pages of a batch, and remembers where each stands."""

    def __init__(self, writer: warc.Writer, batch: int, backgrounds: Mapping[int, Background]) -> None:
        self._writer = writer
        self._batch = batch
        self._backgrounds = backgrounds
        self._written: dict[str, tuple[warc.Written, Capture | None]] = {}

    def keep(self, link: Link, answer: Answer) -> str:
        """Write one page, as a revisit where its payload is that of its last capture; return the record id."""
        background = self._backgrounds.get(link.page_id, Background())
        facts = {"copytaster-batch": str(self._batch), "copytaster-robots-txt": "allowed"}
        if background.source:
            facts["via"] = background.source
        written = self._writer.write_exchange(link, answer, facts=facts, earlier=background.earlier)
        self._written[written.record_id] = written, background.earlier if written.revisit else None
        return written.record_id

    def placed(self, outcomes: Iterable[Outcome]) -> list[Outcome]:
        """Add to outcomes where their records stand."""
        return [self._placed(outcome) for outcome in outcomes]

    def _placed(self, outcome: Outcome) -> Outcome:
        if outcome.warc_record_id not in self._written:
            return outcome
        written, payload = self._written[outcome.warc_record_id]
        capture_id = payload.capture_id if payload is not None else None
        return replace(outcome, warc_offset=written.offset, payload_capture_id=capture_id)


class Payloads:
    """Finds the payloads of revisits in earlier files; ``captures`` are by the revisit's record id."""

    def __init__(self, archive: ArchivePath, captures: Mapping[str, Capture]) -> None:
        self._archive = archive
        self._captures = captures

    def page_of(self, revisit: warc.Revisit) -> Page | None:
        """Read the page that a revisit refers to; None for a revisit that is none of the captures'.

        Raises ``warc.MissingPayload`` where the archive has it no more, or has another payload there.
        """
        capture = self._captures.get(revisit.record_id)
        if capture is None:
            return None
        try:
            with (self._archive / capture.warc_path).open("rb") as stream:
                page = warc.read_one(stream, capture.warc_record_id, offset=capture.warc_offset)
        except FileNotFoundError:
            raise revisit.missing(f"no file {capture.warc_path}") from None
        except warc.DamagedRecord as damage:
            raise revisit.missing(damage.detail) from damage
        if page is None:
            raise revisit.missing(f"no such record in {capture.warc_path}")
        if page.payload_digest != capture.payload_digest:
            raise revisit.missing(f"the payload there is not the one of {capture.payload_digest}")
        return page
