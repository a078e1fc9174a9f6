"""What we ask of Airflow's REST API (v2)."""

import time
from typing import Any
from urllib.parse import quote

import requests

from copytaster.errors import CopytasterError

REQUEST_SECONDS = 30
HEALTHY_PARTS = ("metadatabase", "scheduler", "triggerer", "dag_processor")


class AirflowApi:
    """A session with one Airflow, logged in as one user when it is first asked something."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self.url = url
        self.username = username
        self.password = password
        self._session = requests.Session()
        self._session.trust_env = False

    def healthy(self) -> bool:
        """Tell whether all four parts report healthy (not only that the port answers)."""
        try:
            answer = self._session.get(f"{self.url}/api/v2/monitor/health", timeout=REQUEST_SECONDS)
        except requests.ConnectionError:
            return False
        if answer.status_code != requests.codes.ok:
            return False
        told = answer.json()
        return all((told.get(part) or {}).get("status") == "healthy" for part in HEALTHY_PARTS)

    def dags(self) -> dict[str, dict[str, Any]]:
        """Give the known DAGs by id."""
        return {dag["dag_id"]: dag for dag in self._ask("GET", "/dags?limit=100")["dags"]}

    def import_errors(self) -> list[str]:
        """Give the stack traces of DAG files that do not parse."""
        return [error["stack_trace"] for error in self._ask("GET", "/importErrors")["import_errors"]]

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None) -> str:
        """Start a run; return its id."""
        body = {"logical_date": None, "conf": conf or {}}
        return str(self._ask("POST", f"/dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """Give the latest runs, newest first."""
        found: list[dict[str, Any]] = self._ask(
            "GET", f"/dags/{dag_id}/dagRuns?limit=100&order_by=-run_after"
        )["dag_runs"]
        return found

    def wait(self, dag_id: str, run_id: str, *, seconds: float) -> str:
        """Wait for a run to end; return its state, or raise ``CopytasterError`` if it does not."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            state = self._ask("GET", f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}")["state"]
            if state in {"success", "failed"}:
                return str(state)
            time.sleep(0.3)
        raise CopytasterError(f"run {run_id} of {dag_id} did not end within {seconds:.0f} s")

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        if "Authorization" not in self._session.headers:
            self._log_in()
        answer = self._session.request(method, f"{self.url}/api/v2{path}", json=body, timeout=REQUEST_SECONDS)
        if not answer.ok:
            raise CopytasterError(
                f"Airflow answered {answer.status_code} to {method} {path}: {answer.text[:300]}"
            )
        return answer.json()

    def _log_in(self) -> None:
        who = {"username": self.username, "password": self.password}
        answer = self._session.post(f"{self.url}/auth/token", json=who, timeout=REQUEST_SECONDS)
        answer.raise_for_status()
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
