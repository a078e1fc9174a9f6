"""Postgres NOTIFY -> Airflow asset event. An event only says "look": the work list is in Postgres."""

import asyncio
import logging
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from copytaster.config import Settings
from copytaster.tasks import CONNECTION

log = logging.getLogger(__name__)

#: Seconds to wait before the next try while the database is away: doubled each time, up to this.
LONGEST_PAUSE = 60.0
#: Seconds after an event in which the clock starts nothing: the run has not claimed its work yet.
QUIET_SECONDS = 60.0
#: Seconds for which notifications are gathered into one event.
BURST_SECONDS = 0.05


class WorkListTrigger(BaseEventTrigger):
    """Fires when a question about the work list is answered with yes.

    It asks on each NOTIFY on ``channel``; after each (re)connect, because what was notified meanwhile
    is lost; and every ``watch_seconds``, so that a passing moment (a retry time, an expired lease)
    needs no notification. By the clock it asks only for work that nobody took for ``patience``
    seconds: what a run has just been started for is no reason to start another. With ``always`` it is
    as patient whatever wakes it: for work that is left to gather.
    """

    def __init__(self, *, channel: str, question: str, patience: float = 0.0, always: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # Airflow annotates none of its constructors
        self.channel = channel
        self.question = question
        self.patience = patience
        self.always = always

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Give Airflow the class path and the arguments to make this trigger again."""
        return (
            f"{type(self).__module__}.{type(self).__qualname__}",
            {
                "channel": self.channel,
                "question": self.question,
                "patience": self.patience,
                "always": self.always,
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield an event whenever there is work, for ever; survive the loss of the database."""
        import psycopg  # noqa: PLC0415 - only the triggerer needs it, DAG parsing does not

        pause = 1.0
        while True:
            try:
                async for wake_up in self._listen():
                    pause = 1.0
                    if wake_up is not None:
                        yield TriggerEvent({"channel": self.channel, "woken_by": wake_up})
            except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
                log.warning("%s: %s; trying again in %.0f s", self.channel, _first_line(error), pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _listen(self) -> AsyncIterator[str | None]:
        """Yield what woke us while there is work; yield None once connected."""
        import psycopg  # noqa: PLC0415 - see run
        from psycopg import sql  # noqa: PLC0415 - see run

        from copytaster.store import query  # noqa: PLC0415 - loads psycopg2

        settings = Settings.from_environment()
        question = query(self.question)
        async with await psycopg.AsyncConnection.connect(
            await _database_url(settings),
            autocommit=True,
            options="-c role=copytaster_writer",
            application_name=f"copytaster watcher {self.channel}",
            keepalives_idle=30,
        ) as connection:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self.channel)))
            yield None
            quiet_until = 0.0
            async for wake_up in _wake_ups(connection, settings.watch_seconds):
                by_clock = wake_up == "clock"
                if by_clock and monotonic() < quiet_until:
                    continue
                cursor = await connection.execute(
                    question, {"overdue_seconds": self.patience if by_clock or self.always else 0.0}
                )
                row = await cursor.fetchone()
                if row and row[0]:
                    quiet_until = monotonic() + QUIET_SECONDS
                    yield wake_up


async def _wake_ups(connection: Any, watch_seconds: float) -> AsyncIterator[str]:
    """Yield ``connect`` at once, ``notify`` for each burst of notifications, ``clock`` at intervals."""
    yield "connect"
    clock = monotonic() + watch_seconds
    while True:
        notified = False
        async for _ in connection.notifies(timeout=max(0.0, clock - monotonic()), stop_after=1):
            notified = True
        async for _ in connection.notifies(timeout=BURST_SECONDS):  # the rest of a burst: one event is enough
            notified = True
        yield "notify" if notified else "clock"
        clock = monotonic() + watch_seconds


async def _database_url(settings: Settings) -> str:
    if settings.database_url:
        return settings.database_url
    try:
        found = await Connection.async_get(CONNECTION)
    except AirflowNotFoundException:
        message = f"set COPYTASTER_DATABASE_URL or the Airflow connection {CONNECTION!r}"
        raise OSError(message) from None
    return str(await found.aget_uri()).replace("postgres://", "postgresql://", 1)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
