"""docker-compose.yml and what it is made of: checked without Docker, its commands as processes."""

import json
import os
import re
import stat
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from threading import Thread

import pytest
import yaml
from cryptography.fernet import Fernet
from jsonschema import Draft7Validator

from copytaster.config import PROJECT_ROOT
from copytaster.stack import COMPONENTS, PRELOADED

TEXT = (PROJECT_ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "copytaster"}
EXAMPLE = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8")
SECRET = re.compile(r"PASSWORD|SECRET|KEY")
PARSE = """
import json, sys
from airflow.cli.cli_parser import get_parser
for arguments in json.load(sys.stdin):
    assert callable(get_parser().parse_args(arguments).func)
"""


def commands(program):
    """Every call of a program in the services' commands and in the health checks, as arguments."""
    for service in OURS.values():
        command = service["command"]
        lines = [command] if command[0] == program else [x.split() for x in re.split(r"\n|&&", command[-1])]
        for words in lines:
            if program in words[:2]:
                yield words[words.index(program) + 1 :]


def test_the_file_is_valid_by_the_compose_specification():
    schema = files("check_jsonschema").joinpath("builtin_schemas", "vendor", "compose-spec.json")
    validator = Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))
    assert [error.message for error in validator.iter_errors(COMPOSE)] == []


def test_every_part_of_airflow_has_a_service_and_a_health_check():
    assert set(COMPONENTS) == {
        service["command"][-1].split()[-1] for service in OURS.values() if "healthcheck" in service
    }
    assert set(OURS) == {*COMPONENTS, "init"}


def test_airflow_knows_every_command():
    given = list(commands("airflow"))
    assert sorted(given) == [
        ["api-server"],
        ["dag-processor"],
        ["db", "migrate"],
        ["scheduler"],
        ["triggerer"],
    ]


def test_airflow_parses_every_command(tmp_path):
    environment = os.environ | {"AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PARSE],
        input=json.dumps(list(commands("airflow"))),
        env=environment,
        text=True,
        check=True,
        capture_output=True,
    )


def test_the_command_line_parses_every_command():
    (given,) = commands("copytaster")
    command = [sys.executable, "-m", "copytaster", *given, "--help"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.startswith("usage: copytaster migrate")


def test_airflow_has_every_option_that_is_set():
    (folder,) = find_spec("airflow").submodule_search_locations
    known = yaml.safe_load((Path(folder) / "config_templates" / "config.yml").read_text(encoding="utf-8"))
    image = re.findall(r"\bAIRFLOW__\w+", (PROJECT_ROOT / "Dockerfile").read_text(encoding="utf-8"))
    names = {name for service in OURS.values() for name in service["environment"]} | set(image)
    given = [name.split("__")[1:] for name in names if name.startswith("AIRFLOW__")]
    unknown = [
        (section, option)
        for section, option in given
        if option.lower() not in known[section.lower()]["options"]
    ]
    assert unknown == []
    assert len(given) > 15


def test_tasks_find_the_same_modules_loaded_as_on_one_machine():
    environment = SERVICES["scheduler"]["environment"]
    assert environment["AIRFLOW__CORE__MP_FORKSERVER_PRELOAD"].split(",") == list(PRELOADED)
    assert environment["AIRFLOW__CORE__MP_START_METHOD"] == "forkserver"


def test_all_parts_of_airflow_share_their_secrets():
    shared = ("AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API__SECRET_KEY")
    for name in shared:
        assert len({service["environment"][name] for service in OURS.values()}) == 1


def test_no_secret_has_a_default_and_all_come_from_the_environment_file():
    used = dict(re.findall(r"(?<!\$)\$\{(\w+)(:[-?])", TEXT))
    assert {name for name, how in used.items() if how == ":?"} == {
        name for name in used if SECRET.search(name)
    }
    assert set(used) <= set(re.findall(r"^#?(\w+)=", EXAMPLE, re.MULTILINE))
    empty = set(re.findall(r"^(\w+)=$", EXAMPLE, re.MULTILINE))
    assert empty == {name for name in used if SECRET.search(name)}
    written = re.findall(r"^\s*\w*(?:PASSWORD|SECRET|_KEY):\s*(.+)$", TEXT, re.MULTILINE)
    assert all(value.startswith("${") for value in written)


def test_the_owner_of_the_schema_is_known_to_the_migration_only():
    holders = {name for name, service in SERVICES.items() if "OWNER_PASSWORD" in json.dumps(service)}
    assert holders == {"postgres", "init"}


def test_ports_are_open_on_this_machine_only():
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_nobody_waits_for_a_health_check_that_is_not_there():
    waits = [
        (other, how["condition"])
        for service in SERVICES.values()
        for other, how in service.get("depends_on", {}).items()
    ]
    assert waits
    for other, condition in waits:
        assert condition != "service_healthy" or "healthcheck" in SERVICES[other]


def test_every_volume_is_declared_and_every_mounted_file_exists():
    for service in SERVICES.values():
        for source in (mount.split(":")[0] for mount in service["volumes"]):
            assert (
                (PROJECT_ROOT / source).is_file() if source.startswith("./") else source in COMPOSE["volumes"]
            )


def test_the_image_holds_what_runs_and_is_not_root():
    steps = re.findall(
        r"^(USER|COPY) (.+)$", (PROJECT_ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert steps[-1] == ("USER", "copytaster")
    kept = [
        x
        for x in (PROJECT_ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if x[:1] not in "# "
    ]
    assert kept[0] == "*"
    taken = [line[1:] for line in kept if line.startswith("!")]
    assert all((PROJECT_ROOT / path).exists() for path in taken)
    assert ".env" not in taken


@pytest.fixture(scope="module")
def make_env(tmp_path_factory):
    """A folder in which `make env` was run, and a function that runs it again."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "tools").mkdir()
    script = folder / "tools" / "make_env.py"
    script.write_bytes((PROJECT_ROOT / "tools" / "make_env.py").read_bytes())
    (folder / ".env.example").write_text(EXAMPLE, encoding="utf-8")

    def run():
        return subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)

    assert run().returncode == 0
    return folder, run


def test_make_env_gives_each_secret_a_value_of_its_own(make_env):
    folder, _ = make_env
    values = dict(re.findall(r"^(\w+)=(.*)$", (folder / ".env").read_text(encoding="utf-8"), re.MULTILINE))
    secrets = [value for name, value in values.items() if SECRET.search(name)]
    assert len(set(secrets)) == len(secrets) == 9
    assert all(re.fullmatch(r"[\w=-]{32,}", value) for value in secrets)
    assert len(values["AIRFLOW_JWT_SECRET"]) >= 64
    Fernet(values["AIRFLOW_FERNET_KEY"])
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600


def test_make_env_keeps_the_secrets_that_are_there(make_env):
    folder, run = make_env
    before = (folder / ".env").read_bytes()
    again = run()
    assert (again.returncode, again.stderr) == (
        1,
        ".env is there already; remove it first to make new secrets\n",
    )
    assert (folder / ".env").read_bytes() == before


def test_the_api_server_finds_the_password_in_a_file_and_not_in_its_environment(tmp_path):
    command = [word.replace("$$", "$") for word in SERVICES["api-server"]["command"]]
    airflow = tmp_path / "airflow"
    airflow.write_text('#!/bin/sh\necho "$*"\nenv\n', encoding="utf-8")
    airflow.chmod(0o755)
    passwords = tmp_path / "passwords.json"
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "AIRFLOW_ADMIN_PASSWORD": "swordfish",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
    }
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert told.startswith("api-server\n")
    assert "swordfish" not in told
    assert json.loads(passwords.read_text(encoding="utf-8")) == {"admin": "swordfish"}
    assert stat.S_IMODE(passwords.stat().st_mode) == 0o600


@pytest.fixture
def api():
    """A server that answers as Airflow's does; its scheduler is well, its triggerer is not, others are not there."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self):
            health = {
                "scheduler": {"status": "healthy"},
                "triggerer": {"status": "unhealthy"},
                "dag_processor": None,
            }
            body = json.dumps(health).encode()
            self.send_response(200 if self.path == "/api/v2/monitor/health" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Health) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def health_of(component, url):
    command = [sys.executable, PROJECT_ROOT / "tools" / "healthy.py", component]
    done = subprocess.run(command, env={"AIRFLOW_API_URL": url}, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.strip()


@pytest.mark.parametrize(
    ("component", "outcome"),
    [
        ("scheduler", (0, "")),
        ("triggerer", (1, "triggerer is unhealthy")),
        ("dag_processor", (1, "dag_processor is None")),
    ],
)
def test_a_health_check_passes_only_for_a_healthy_component(api, component, outcome):
    assert health_of(component, api) == outcome


def test_a_health_check_fails_when_the_api_server_is_away():
    status, complaint = health_of("scheduler", "http://127.0.0.1:1")
    assert status == 1
    assert "gives no answer" in complaint
