"""The deployment files say what the documents promise; what they name exists."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bot.operations.example import settings_classes
from bot.settings import ROOT
from bot.yaml_text import yaml_loads

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml_loads((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# Uvicorn's: which proxies are believed about where somebody comes from.
SERVERS_OWN = {"FORWARDED_ALLOW_IPS"}
SETTINGS = {
    f"{kind.model_config['env_prefix']}{name.upper()}"
    for kind in settings_classes()
    for name in kind.model_fields
}
# What the engine's own files read, and what only the compose file reads.
ENGINES_OWN = {"RELAIS_ACTIONS_URL", "RELAIS_TRACKER_URL"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_hardened_limited_and_watched(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["mem_limit"]
    assert service["healthcheck"].get("disable") or service["healthcheck"]["test"]
    if name != "caddy":  # its image needs root only to bind 80 and 443, the one capability it keeps
        assert str(service["user"]) not in ("", "0", "root")


def test_only_caddy_is_published_and_nobody_outside_reaches_engine_actions_or_database() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["caddy"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("engine", "actions", "player"):
        assert SERVICES[name]["network_mode"] == "service:application"
    for name in ("postgres", "redis"):
        assert SERVICES[name]["networks"] == ["inside"]


def test_the_settings_named_are_settings() -> None:
    for name in ("application", "player", "actions", "setup"):
        assert set(SERVICES[name]["environment"]) <= SETTINGS | SERVERS_OWN
    assert set(SERVICES["engine"]["environment"]) == ENGINES_OWN
    for service in (DEPLOY / "systemd").glob("*.service"):
        for variable in re.findall(r"RELAIS_[A-Z_]+", service.read_text()):
            assert variable in SETTINGS


@pytest.mark.parametrize("name", ["application", "engine"])
def test_images_have_stages_no_root_and_only_files_that_exist(name: str) -> None:
    text = (DEPLOY / f"{name}.Dockerfile").read_text()
    _, *stages = re.split(r"^FROM ", text, flags=re.MULTILINE)
    assert len(stages) == 2
    assert re.search(r"^USER 10001$", stages[-1], re.MULTILINE)
    assert "--frozen" in text
    for line in text.splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in shlex.split(line)[1:-1]:
                assert (ROOT / source).exists(), source


def test_files_mounted_exist() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (DEPLOY / source).exists()
            else:
                assert source in COMPOSE["volumes"]


def test_the_modules_started_exist() -> None:
    for service in SERVICES.values():
        command = service.get("command") or []
        if "-m" in command:
            module = command[command.index("-m") + 1]
            assert (ROOT / Path(*module.split("."))).with_suffix(".py").exists()


def test_metrics_are_not_passed_on_by_caddy() -> None:
    text = (DEPLOY / "Caddyfile").read_text()
    assert "/metrics" in text.split("respond @inside 404")[0]
    assert "Strict-Transport-Security" in text


@pytest.mark.parametrize("unit", sorted((DEPLOY / "systemd").iterdir()), ids=lambda path: path.name)
def test_units_are_understood(unit: Path, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    # The paths of the server are not those of this machine: any program that exists will do.
    for one in (DEPLOY / "systemd").iterdir():
        text = re.sub(r"/opt/relais/\S+", "/bin/true", one.read_text())
        (tmp_path / one.name).write_text(re.sub(r"^(User|Group)=relais\n", "", text, flags=re.MULTILINE))
    done = subprocess.run(
        [program, "verify", "--man=no", str(tmp_path / unit.name)],
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "Unknown" in line]
    assert complaints == []


def test_ignored_files_keep_secrets_out_of_images() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".env", "var", ".git"} <= set(ignored)


def _imported(path: Path) -> set[str]:
    """Our modules that a file imports, by name."""
    return set(re.findall(r"^from (bot\.[\w.]+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def test_the_engine_image_holds_every_room_the_engine_reads() -> None:
    copied = set(re.findall(r"^COPY bot/(\w+) ", (DEPLOY / "engine.Dockerfile").read_text(), re.MULTILINE))
    known: set[str] = set()
    asked = _imported(ROOT / "engine" / "facts.py")
    assert asked
    while asked:
        module = asked.pop()
        known.add(module)
        place = ROOT / module.replace(".", "/")
        for path in place.glob("*.py") if place.is_dir() else [place.with_suffix(".py")]:
            asked |= _imported(path) - known
    assert {module.split(".")[1] for module in known} == copied
