"""The embedded Postgres: ``with running(home) as server`` and nothing to install or to clean up.

* ``server``     where it is and how to log in
* ``lifecycle``  attach or start, leave or stop
* ``warden``     the small process that owns the server and ends it when nobody uses it
* ``cluster``    the data folder: where it is, creating it, making it startable after a crash
* ``provision``  the roles and databases
* ``launch``     getting a home ready and starting the warden
* ``account``, ``binaries``  whom the server runs as, and which programs it runs
"""

from copytaster.postgres.lifecycle import discard, running
from copytaster.postgres.server import PostgresUnavailable, Server

__all__ = ["PostgresUnavailable", "Server", "discard", "running"]
