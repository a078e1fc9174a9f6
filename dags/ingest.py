"""
### Ingest

**Wakes** when pages are waiting: `discover` found some, somebody called `news.submit(url)`, or a retry time has passed.
Every six hours it looks by itself, as a safety net.
**Makes** clean articles, batch by batch; what cannot become one goes to `news.quarantine` with its reason.
**Safe to rerun**: a batch that was interrupted goes on from the last stage that it finished.
A red run means the network, the database or our code: look at the first red task.
"""

from datetime import timedelta

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag, task_group

from copytaster import steps
from copytaster.assets import articles, pages_waiting
from copytaster.tasks import as_task


@dag(
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("45 */6 * * *", timezone="UTC"), assets=pages_waiting
    ),
    doc_md=__doc__,
    catchup=False,
    max_active_runs=4,
    default_args={
        "retries": 3,
        "retry_delay": timedelta(seconds=10),
        "execution_timeout": timedelta(hours=1),
    },
    tags=["copytaster"],
)
def ingest():
    claim = as_task(steps.claim_batches)
    fetch = as_task(steps.fetch_pages)
    extract = as_task(steps.extract_articles)
    validate = as_task(steps.validate_articles)
    load = as_task(steps.load_articles, outlets=[articles])

    @task_group
    def batch(number):
        load(validate(extract(fetch(number))))

    batch.expand(number=claim())


ingest()
