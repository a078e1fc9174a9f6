"""
### Ingest these URLs

**Wakes** by its form (*Trigger*), the REST API or `airflow dags trigger ingest_urls`.
**Makes** articles of the URLs that you paste, before all others, and reports what became of each:
open the task `report_urls` and read its log or its XCom.
**Safe to rerun**: a URL that is loaded already is fetched again; an unchanged article stays as it is.
A URL that we must not fetch (another scheme, a private address) is refused, and the report says so.
"""

from datetime import timedelta

from airflow.sdk import Param, dag, task_group

from copytaster import steps
from copytaster.assets import articles
from copytaster.tasks import as_task


@dag(
    schedule=None,
    doc_md=__doc__,
    params={
        "urls": Param(
            [],
            type="array",
            items={"type": "string", "maxLength": 8192},
            minItems=1,
            maxItems=10_000,
            title="URLs",
            description="The pages to ingest, one a line: http or https.",
        ),
        "priority": Param(
            "high",
            type="string",
            enum=["urgent", "high", "normal"],
            title="Priority",
            description="Before which other waiting pages these are fetched.",
        ),
        "note": Param(
            None,
            type=["null", "string"],
            maxLength=500,
            title="Note",
            description="Why, or for whom; kept with the submission.",
        ),
    },
    render_template_as_native_obj=True,
    default_args={
        "retries": 3,
        "retry_delay": timedelta(seconds=10),
        "execution_timeout": timedelta(hours=1),
    },
    tags=["copytaster"],
)
def ingest_urls():
    submit = as_task(steps.submit_urls)
    batches = as_task(steps.batches_of_submission)
    fetch = as_task(steps.fetch_pages)
    extract = as_task(steps.extract_articles)
    validate = as_task(steps.validate_articles)
    load = as_task(steps.load_articles, outlets=[articles])
    report = as_task(steps.report_urls)

    @task_group
    def batch(number):
        load(validate(extract(fetch(number))))

    submission = submit("{{ params.urls }}", priority="{{ params.priority }}", note="{{ params.note }}")
    # A teardown runs whatever became of the batches, and does not paint a failed run green.
    last = report(submission).as_teardown(on_failure_fail_dagrun=True)
    batch.expand(number=batches(submission)) >> last


ingest_urls()
