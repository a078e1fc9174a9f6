"""The assets that DAGs share, named by what now exists, and the watchers that wake on Postgres.

They carry no URI: a scheme makes Airflow import every provider that might know it, at each parse.
"""

from airflow.sdk import Asset, AssetWatcher

from copytaster.config import Settings
from copytaster.triggers import WorkListTrigger

pages_waiting = Asset(
    "pages_waiting",
    watchers=[
        AssetWatcher(
            name="work_list",
            # `discover` announces its pages itself: the clock is for what that misses.
            trigger=WorkListTrigger(
                channel="copytaster_pages_waiting", question="work_waiting", patience=15.0
            ),
        )
    ],
)
sources_due = Asset(
    "sources_due",
    watchers=[
        AssetWatcher(
            name="source_clock",
            trigger=WorkListTrigger(channel="copytaster_sources_due", question="sources_due"),
        )
    ],
)
quarantine_grew = Asset(
    "quarantine_grew",
    watchers=[
        AssetWatcher(
            name="quarantine_clock",
            # A group is left to grow before somebody is asked.
            trigger=WorkListTrigger(
                channel="copytaster_quarantine",
                question="reviews_due",
                patience=Settings.from_environment().review_after_seconds,
                always=True,
            ),
        )
    ],
)
articles = Asset("articles")
