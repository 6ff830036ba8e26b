"""The engines' locks in a real Redis: taken, given back, and what happens when it goes away."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from bot.replay.stage import free_port
from bot.running.model import engine_environment, engine_python
from bot.running.parts import engine
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "p@ss/word"
URL = "redis://:p%40ss%2Fword@127.0.0.1:{port}/3"

LOCKS = """
import asyncio, sys
from rasa.core.lock_store import LockStore, LockError
from rasa.core.utils import AvailableEndpoints
store = LockStore.create(AvailableEndpoints.read_endpoints("endpoints.redis.yml").lock_store)
assert type(store).__name__ == "RedisLockStore", store
async def turn():
    async with store.lock("c-0", wait_time_in_seconds=0.05):
        print("locked", flush=True)
        sys.stdin.readline()
asyncio.run(turn())
print("free", flush=True)
sys.stdin.readline()
async def refused():
    async with store.lock("c-0", wait_time_in_seconds=0.05):
        pass
try:
    asyncio.run(refused())
except Exception as error:
    print(type(error).__name__, flush=True)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis is not installed: apt-get install redis-server")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--requirepass", PASSWORD]
    process = subprocess.Popen([*command, "--dir", str(tmp_path)], stdout=subprocess.DEVNULL)
    client = redis.Redis(port=port, password=PASSWORD)
    for _ in range(100):
        try:
            client.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.05)
    client.close()
    yield port, process
    process.kill()
    process.wait()


@pytest.mark.engine
def test_the_engine_locks_a_dialogue_in_redis_and_fails_loudly_without_it(
    server: tuple[int, subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    port, process = server
    settings = Settings(var=tmp_path, redis_url=URL.format(port=port), _env_file=None)  # type: ignore[call-arg]
    part = engine(settings, tmp_path / "model.tar.gz")
    assert part.command[-2:] == ["--endpoints", "endpoints.redis.yml"]
    running = subprocess.Popen(
        [str(engine_python()), "-W", "ignore", "-c", LOCKS],
        cwd=ROOT,
        env={**engine_environment(), **part.environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert running.stdin is not None
    assert running.stdout is not None
    client = redis.Redis(port=port, db=3, password=PASSWORD)
    try:
        assert running.stdout.readline() == "locked\n"
        assert client.keys() == [b"relais:lock:c-0"]
        running.stdin.write("\n")
        running.stdin.flush()
        assert running.stdout.readline() == "free\n"
        assert client.keys() == []
        process.kill()
        process.wait()
        running.stdin.write("\n")
        running.stdin.flush()
        # The turn fails: the gateway keeps the message and asks again (tests/gateway/test_trouble.py).
        assert running.stdout.readline().strip() in ("ConnectionError", "LockError")
    finally:
        client.close()
        running.kill()
        running.wait()
        running.stdin.close()
        running.stdout.close()


def test_without_a_url_the_engine_keeps_its_own_locks(tmp_path: Path) -> None:
    part = engine(Settings(var=tmp_path, _env_file=None), tmp_path / "model.tar.gz")  # type: ignore[call-arg]
    assert "--endpoints" not in part.command
    assert not [name for name in part.environment if "REDIS" in name]
