"""
### Add a source

**Wakes** by its form (*Trigger*), the REST API or `airflow dags trigger add_source`.
**Makes** a watched source of an address: a feed or sitemap as it is; of any other page it finds the site's feeds,
news sitemaps and links, and watches the best of them. What was found stands in the task's log and XCom.
**Safe to rerun**: a source that is watched already is changed to what the form says.
A red run means that there is nothing to watch at the address, or that it does not answer: the log says which.
"""

from datetime import timedelta

from airflow.sdk import Param, dag

from copytaster import steps
from copytaster.tasks import as_task

TEXT = {"type": ["null", "string"], "maxLength": 200}
LINES = {"type": "array", "items": {"type": "string", "maxLength": 300}, "maxItems": 100}
INTERVAL = {
    "type": ["null", "string"],
    "pattern": "^[0-9]+ ?(s|m|h|d)?$",
    "description": "90s, 5m, 2h or 1d.",
}


@dag(
    schedule=None,
    doc_md=__doc__,
    params={
        "url": Param(
            "https://", type="string", minLength=10, title="URL", description="Homepage, feed, sitemap."
        ),
        "everything": Param(
            False, type="boolean", title="All", description="Not only the best that is found."
        ),
        "name": Param(None, **TEXT, title="Name", description="Else what the page calls itself."),
        "in_language": Param(None, **TEXT, title="Language", description="BCP 47, such as de or pt-BR."),
        "zone": Param(
            None, **TEXT, title="Zone", description="IANA zone of dates without one: Europe/Berlin."
        ),
        "hosts": Param([], **LINES, title="Hosts", description="Further hosts whose links are taken."),
        "allow": Param([], **LINES, title="Allow", description="Only these paths, as in robots.txt: /news/."),
        "deny": Param([], **LINES, title="Deny", description="None of these paths: /*/live/, *.pdf$."),
        "min_interval": Param(None, **INTERVAL, title="Shortest interval between two polls"),
        "max_interval": Param(None, **INTERVAL, title="Longest interval between two polls"),
    },
    render_template_as_native_obj=True,
    default_args={
        "retries": 1,
        "retry_delay": timedelta(seconds=10),
        "execution_timeout": timedelta(minutes=10),
    },
    tags=["copytaster"],
)
def add_source():
    as_task(steps.add_source)("{{ params }}")


add_source()
