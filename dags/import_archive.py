"""
### Import an archive

**Wakes** by its form (*Trigger*), the REST API or `airflow dags trigger import_archive`.
**Makes** articles of pages that were captured elsewhere: WARC files (CC-NEWS, for instance) and dumps of
scraped text (`.txt`), a file or a folder of them. Nothing is fetched.
**Safe to rerun**: the same archive gives the same articles.
A red run means that the path cannot be read, the database is away, or our code: look at the first red task.
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
        "path": Param(
            "",
            type="string",
            minLength=1,
            maxLength=4096,
            title="Path",
            description="A WARC file, a text file or a folder, as the workers see it; or a URL such as s3://bucket/prefix.",
        ),
    },
    default_args={
        "retries": 3,
        "retry_delay": timedelta(seconds=10),
        "execution_timeout": timedelta(hours=2),
    },
    tags=["copytaster"],
)
def import_archive():
    read = as_task(steps.import_captures)
    extract = as_task(steps.extract_articles)
    validate = as_task(steps.validate_articles)
    load = as_task(steps.load_articles, outlets=[articles])

    @task_group
    def batch(number):
        load(validate(extract(number)))

    batch.expand(number=read("{{ params.path }}"))


import_archive()
