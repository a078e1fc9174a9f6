"""
### Review

**Wakes** when the quarantine has grown and nobody has been asked about it yet; every six hours as a safety net.
**Makes** decisions: a group of pages that were held back for the same reason is one question under *Required Actions*,
with headlines, texts, findings and cut lines. Release, discard, mend and release, or leave it for later; without an
answer for a week it is later. The same can be said in SQL: `news.release(…)`, `news.discard(…)`.
**Safe to rerun**: a case that was decided meanwhile, or whose page was fetched again, is left as it is, and the report
says so. A red run means an answer that cannot be carried out, the database or our code: look at the first red task.
"""

from datetime import timedelta

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag, task_group

from copytaster import steps
from copytaster.asking import ask
from copytaster.assets import articles, quarantine_grew
from copytaster.tasks import as_task


@dag(
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("5 */6 * * *", timezone="UTC"), assets=quarantine_grew
    ),
    doc_md=__doc__,
    catchup=False,
    max_active_runs=32,
    default_args={"retries": 2, "retry_delay": timedelta(seconds=10)},
    tags=["copytaster"],
)
def review():
    gather = as_task(steps.gather_reviews)
    decide = as_task(steps.decide_cases, outlets=[articles])

    @task_group
    def question(subject, body, cases):
        decide(ask(subject, body, cases))

    question.expand_kwargs(gather())


review()
