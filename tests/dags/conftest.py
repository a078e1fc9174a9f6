"""Airflow for tests: a home of its own, our DAGs and plugins, set before Airflow is first imported."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def airflow_environment(home, plugins=ROOT / "plugins"):
    return {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AIRFLOW", "COPYTASTER_"))
        },
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(plugins),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
    }


@pytest.fixture(scope="session")
def airflow_home(tmp_path_factory):
    return tmp_path_factory.mktemp("airflow")


@pytest.fixture(scope="session")
def in_airflow(airflow_home):
    """Run Python text in a process of its own that Airflow is configured for; give what it prints as JSON."""

    def run(text, *, plugins=ROOT / "plugins", path=ROOT / "plugins"):
        environment = {**airflow_environment(airflow_home, plugins), "PYTHONPATH": str(path)}
        done = subprocess.run(
            [sys.executable, "-c", text],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1])

    return run
