"""Pages -> readings by several extractors, each in processes of its own."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from typing import IO

from measuring.truth import Row, read_rows, write_rows

ROOT = Path(__file__).resolve().parents[2]
OURS = "copytaster"
BASE = "trafilatura"
#: With all its own defaults, readers' comments too: what a script of one line pays for.
AS_IT_COMES = "trafilatura as it comes"
_READER = Path(__file__).with_name("reader.py")
_ENVIRONMENT = ROOT / ".bench" / "extractors"
_PINNED = ROOT / "bench" / "extractors.txt"
_LONGEST = 3_600.0  # seconds for all pages of one process


@dataclass(frozen=True, slots=True)
class System:
    """An extractor under its name in ``reader.py``, and the Python that has it."""

    name: str
    python: Path


def own_systems() -> tuple[System, ...]:
    """List the variants of the extractor that ours stands on."""
    names = (BASE, "trafilatura fast", "trafilatura precision")
    return tuple(System(name, Path(sys.executable)) for name in names)


def other_systems(*, make: bool) -> tuple[System, ...]:
    """List the other extractors; make their environment if told to, else say how where it is missing."""
    python = _ENVIRONMENT / "bin" / "python"
    if not python.exists() and not make:
        print("other extractors are left out: --others installs them into .bench/extractors")
        return ()
    if not python.exists():
        _install(python)
    names = ("readability-lxml", "resiliparse", "justext", "boilerpy3", "goose3", "newspaper4k")
    return tuple(System(name, python) for name in names)


def _install(python: Path) -> None:
    """Make the environment with uv, the system's or the project's, or else with pip."""
    uv = shutil.which("uv") or next(iter((ROOT / ".data" / "uv" / "bin").glob("uv")), None)
    if uv:
        commands: list[list[str | Path]] = [
            [uv, "venv", "--quiet", "--python", sys.executable, _ENVIRONMENT],
            [uv, "pip", "install", "--quiet", "--python", python, "-r", _PINNED],
        ]
    else:
        commands = [
            [sys.executable, "-m", "venv", _ENVIRONMENT],
            [python, "-m", "pip", "install", "--quiet", "--no-deps", "-r", _PINNED],  # the list is complete
        ]
    try:
        for command in commands:
            subprocess.run(command, check=True)
    except subprocess.CalledProcessError as error:
        shutil.rmtree(_ENVIRONMENT, ignore_errors=True)  # half an environment would pass for a whole one
        raise SystemExit(f"the other extractors could not be installed: {error}") from error


def read_with_ours(pages: Sequence[Row], folder: Path, workers: int) -> list[Row]:
    """Read the pages by the command that anyone would use."""
    source, target = folder / "pages.jsonl", folder / f"{OURS}.jsonl"
    write_rows(source, pages)
    command: list[str | Path] = [sys.executable, "-m", "copytaster", "extract"]
    command += ["--jsonl", source, "--out", target, "--workers", str(workers)]
    done = subprocess.run(command, stderr=PIPE, text=True, check=False)
    source.unlink()
    if done.returncode:
        raise SystemExit(f"copytaster extract failed: {done.stderr.strip()}")
    return read_rows(target)


def read_with(
    systems: Sequence[System], pages: Sequence[Row], folder: Path, workers: int
) -> dict[str, list[Row]]:
    """Read the pages with each system: as many processes at once as there are workers."""
    slices = [folder / f"pages-{number}.jsonl" for number in range(workers)]
    for number, path in enumerate(slices):
        write_rows(path, pages[number::workers])
    with ThreadPoolExecutor(workers) as threads:
        jobs = {
            system.name: [threads.submit(_read_slice, system, path) for path in slices] for system in systems
        }
        found = {name: [row for job in parts for row in job.result()] for name, parts in jobs.items()}
    for path in slices:
        path.unlink()
    for name, rows in found.items():
        write_rows(folder / f"{name.replace(' ', '-')}.jsonl", rows)
        _tell_failures(name, rows, len(pages))
    return found


def _read_slice(system: System, path: Path) -> list[Row]:
    """Read a file of pages; what a process had read when it died or hung still counts."""
    target = path.with_name(f"{system.name.replace(' ', '-')}-{path.name}")
    with path.open() as source, target.open("w") as out:
        command: list[str | Path] = [system.python, _READER, system.name]
        try:
            done = subprocess.run(
                command, stdin=source, stdout=out, stderr=PIPE, timeout=_LONGEST, check=False
            )
            if done.returncode:
                print(f"{system.name} ended with status {done.returncode}: {_last_line(done.stderr)}")
        except subprocess.TimeoutExpired:
            print(f"{system.name} was stopped after {_LONGEST:.0f} s")
    rows = read_rows(target)
    target.unlink()
    return rows


def _last_line(output: bytes) -> str:
    return (output.decode(errors="replace").strip().splitlines() or [""])[-1]


def _tell_failures(name: str, rows: Sequence[Row], pages: int) -> None:
    """Say how many pages an extractor failed on: they count as empty."""
    failed = [row["error"] for row in rows if "error" in row]
    if failed or len(rows) < pages:
        example = f", such as {failed[0]}" if failed else ""
        print(f"{name}: no reading of {pages - len(rows) + len(failed)} of {pages} pages{example}")


@contextmanager
def standing_by(system: System) -> Iterator["Standing"]:
    """Start a process that reads one page at a time, when it is told to."""
    with Popen([system.python, _READER, system.name], stdin=PIPE, stdout=PIPE, text=True) as process:
        if process.stdin is None or process.stdout is None:
            raise AssertionError("a process without pipes")
        yield Standing(process.stdin, process.stdout)
        process.stdin.close()


@dataclass(frozen=True, slots=True)
class Standing:
    """A process that waits for pages."""

    stdin: IO[str]
    stdout: IO[str]

    def seconds(self, line: str) -> float:
        """Have a page read; its CPU seconds."""
        self.stdin.write(line)
        self.stdin.flush()
        told: Mapping[str, float] = json.loads(self.stdout.readline())
        return told["seconds"]
