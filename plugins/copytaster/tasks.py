"""Step -> Airflow task. Gives each step the settings and the archive as Airflow knows them."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from airflow.sdk import Connection, ObjectStoragePath, task
from airflow.sdk.exceptions import AirflowNotFoundException

from copytaster.config import Settings

CONNECTION = "copytaster"


def as_task(step: Callable[..., Any], decorator: Callable[..., Any] = task, **policy: Any) -> Any:
    """Make an Airflow task of a step; ``policy`` is what ``@task`` takes (outlets, retries, …)."""

    @functools.wraps(step)
    def run(*args: Any, **kwargs: Any) -> Any:
        settings = airflow_settings()
        return step(*args, **kwargs, settings=settings, archive=ObjectStoragePath(_as_url(settings.archive)))

    # Airflow binds arguments by the signature: show it only what a DAG passes.
    signature = inspect.signature(step)
    shown = [p for p in signature.parameters.values() if p.name not in {"settings", "archive"}]
    run.__signature__ = signature.replace(parameters=shown)  # type: ignore[attr-defined] # read by inspect
    return decorator(**policy)(run)


def airflow_settings() -> Settings:
    """Read the settings; without a database URL the Airflow connection ``copytaster`` names it."""
    settings = Settings.from_environment()
    if settings.database_url:
        return settings
    try:
        found = Connection.get(CONNECTION)
    except AirflowNotFoundException:
        return settings
    return replace(settings, database_url=found.get_uri().replace("postgres://", "postgresql://", 1))


def _as_url(archive: str) -> str:
    return archive if "://" in archive else f"file://{archive}"
