"""DAG files parse fast, whole, and without the heavy libraries; the graph is the one we meant."""

import ast
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DAG_FILES = sorted((ROOT / "dags").glob("*.py"))

PARSE = """
import importlib.util, json, sys, warnings
warnings.simplefilter("ignore")
from airflow.sdk.definitions._internal.contextmanager import DagContext
for path in %r:
    spec = importlib.util.spec_from_file_location("dag_" + path.rsplit("/")[-1][:-3], path)
    DagContext.current_autoregister_module_name = spec.name
    sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[spec.name])
dags = {dag.dag_id: dag for dag, *_ in DagContext.autoregistered_dags}
print(json.dumps({
    "dags": {
        name: {
            "doc": dag.doc_md,
            "tasks": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
            "retries": {task.task_id: task.retries for task in dag.tasks},
            "outlets": {task.task_id: [o.name for o in task.outlets] for task in dag.tasks if task.outlets},
            "catchup": dag.catchup,
        } for name, dag in sorted(dags.items())
    },
    "heavy": sorted({"great_expectations", "pandas", "trafilatura", "feedparser", "lxml", "psycopg2", "requests"}
                    & {name.partition(".")[0] for name in sys.modules}),
}))
"""


@pytest.fixture(scope="module")
def parsed(in_airflow):
    return in_airflow(PARSE % [str(path) for path in DAG_FILES])


def test_every_dag_has_the_graph_that_we_mean(parsed):
    expected = json.loads(Path(__file__).with_name("graph.json").read_text())
    assert {name: dag["tasks"] for name, dag in parsed["dags"].items()} == expected


def test_assets_are_made_by_the_tasks_that_say_so(parsed):
    outlets = {name: dag["outlets"] for name, dag in parsed["dags"].items()}
    assert outlets["discover"] == {"announce_pages": ["pages_waiting"]}
    assert outlets["ingest"] == {"batch.load_articles": ["articles"]}


def test_every_dag_says_what_wakes_it_what_it_makes_and_whether_it_is_safe_to_rerun(parsed):
    for name, dag in parsed["dags"].items():
        for promise in ("**Wakes**", "**Makes**", "**Safe to rerun**"):
            assert promise in dag["doc"], f"{name} does not say {promise}"


def test_every_task_is_tried_again(parsed):
    assert all(retries >= 1 for dag in parsed["dags"].values() for retries in dag["retries"].values())


def test_parsing_loads_no_heavy_library(parsed):
    assert (
        set(parsed["heavy"]) & {"great_expectations", "pandas", "trafilatura", "feedparser", "psycopg2"}
        == set()
    )


@pytest.mark.parametrize("path", DAG_FILES, ids=lambda path: path.stem)
def test_a_dag_file_only_orchestrates(path):
    tree = ast.parse(path.read_text())
    assert not [n for n in ast.walk(tree) if isinstance(n, (ast.If, ast.For, ast.While, ast.Try))]
    imported = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    ours = {"copytaster", "copytaster.asking", "copytaster.assets", "copytaster.tasks"}
    assert imported <= {"datetime", "airflow.sdk", *ours}


def test_the_form_of_a_source_reaches_the_step_as_it_was_filled_in(in_airflow):
    told = {"url": "https://harbour.example/", "name": "1984", "hosts": ["cdn.example"], "zone": None}
    given = in_airflow(
        PARSE.partition("dags = {")[0] % [str(ROOT / "dags" / "add_source.py")]
        + f"""
(dag,) = [dag for dag, *_ in DagContext.autoregistered_dags]
task = dag.get_task("add_source")
print(json.dumps(task.render_template(task.op_args, {{"params": {told!r}}}, dag.get_template_env())))
"""
    )
    assert given == [told]
