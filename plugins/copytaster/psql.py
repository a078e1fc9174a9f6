"""The bundled psql, with a reader's rights."""

import os
import signal
import subprocess
import sys

from psycopg2.extensions import make_dsn, parse_dsn

from copytaster.postgres.binaries import binaries_for


def run_psql(database_url: str, role: str | None, *, csv: bool = False) -> int:
    """Open psql on a terminal, or let it run what stands on standard input; 1 at the first error there."""
    told = parse_dsn(database_url)
    options = f"-c timezone=UTC{f' -c role={role}' if role else ''}"
    environment = {**os.environ, "PGOPTIONS": options}
    if password := told.pop("password", None):
        environment["PGPASSWORD"] = password  # on the command line every user of this machine would see it
    program = [str(binaries_for(None) / "psql"), "--dbname", make_dsn(**told), *(["--csv"] if csv else [])]
    if not sys.stdin.isatty():
        program += ["--no-psqlrc", "--set", "ON_ERROR_STOP=1"]
    with subprocess.Popen(program, env=environment) as psql:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for psql: it ends the query
        try:
            return 1 if psql.wait() else 0
        finally:
            signal.signal(signal.SIGINT, before)
