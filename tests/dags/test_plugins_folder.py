"""Airflow runs every .py below plugins/ as a top-level module; .airflowignore keeps it off our package."""

import shutil
from pathlib import Path

PLUGINS = Path(__file__).parents[2] / "plugins"

LOAD = """
import json, sys, warnings
warnings.simplefilter("ignore")
import statistics
from airflow import plugins_manager
plugins_manager.ensure_plugins_loaded()
print(json.dumps({
    "errors": plugins_manager.get_import_errors(),
    "ours": sorted(name for name, module in sys.modules.items()
                   if "/plugins/copytaster/" in (getattr(module, "__file__", None) or "") and not name.startswith("copytaster")),
    "statistics_has_mean": hasattr(sys.modules["statistics"], "mean"),
}))
"""


def test_airflow_loads_none_of_our_modules_as_a_plugin(in_airflow):
    loaded = in_airflow(LOAD)
    assert loaded == {"errors": {}, "ours": [], "statistics_has_mean": True}


def test_a_module_of_ours_never_shadows_the_standard_library(in_airflow, tmp_path):
    plugins = _plugins_with_a_module_named_statistics(tmp_path)
    assert in_airflow(LOAD, plugins=plugins)["statistics_has_mean"]


def test_without_the_ignore_file_it_would(in_airflow, tmp_path):
    plugins = _plugins_with_a_module_named_statistics(tmp_path)
    (plugins / ".airflowignore").unlink()
    loaded = in_airflow(LOAD, plugins=plugins)
    assert not loaded["statistics_has_mean"]
    assert loaded["ours"] == ["statistics"]


def _plugins_with_a_module_named_statistics(tmp_path):
    plugins = tmp_path / "plugins"
    (plugins / "copytaster").mkdir(parents=True)
    shutil.copy(PLUGINS / ".airflowignore", plugins / ".airflowignore")
    (plugins / "copytaster" / "statistics.py").write_text('"""Not the standard one."""\n')
    return plugins
