"""
### Sweep

**Wakes** nightly.
**Makes** order: pages of batches that nobody works on any more go back on the work list, and unfinished files are removed.
**Safe to rerun** at any time, also while other runs are at work.
A red run means the database, the archive or our code.
"""

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable, dag

from copytaster import steps
from copytaster.tasks import as_task


@dag(
    schedule=CronTriggerTimetable("30 3 * * *", timezone="UTC"),
    doc_md=__doc__,
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=1), "execution_timeout": timedelta(hours=1)},
    tags=["copytaster"],
)
def sweep():
    as_task(steps.sweep)()


sweep()
