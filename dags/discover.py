"""
### Discover

**Wakes** when a source is due (each has its own next time; a watcher asks Postgres), and every six hours as a safety net.
**Makes** new links on the work list, and wakes `ingest` if there are any.
**Safe to rerun**: a link that is known already only gains a sighting.
A source that fails is asked again later, with the fault kept beside it (`news.source_health`); the run stays green.
A red run means the network, the database or our code: look at the first red task.
"""

from datetime import timedelta

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag, task

from copytaster import steps
from copytaster.assets import pages_waiting, sources_due
from copytaster.tasks import as_task


@dag(
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("15 */6 * * *", timezone="UTC"), assets=sources_due
    ),
    doc_md=__doc__,
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 3,
        "retry_delay": timedelta(seconds=10),
        "execution_timeout": timedelta(minutes=30),
    },
    tags=["copytaster"],
)
def discover():
    poll = as_task(steps.poll_sources, task.short_circuit)
    announce = as_task(steps.announce_pages, outlets=[pages_waiting])

    announce(poll())


discover()
