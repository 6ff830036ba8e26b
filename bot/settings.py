"""Every setting, read once from the environment (`RELAIS_…`) or `.env`, then passed in."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """All settings with their meaning and default; `relais settings` prints them."""

    model_config = SettingsConfigDict(
        env_prefix="RELAIS_", env_file=ROOT / ".env", extra="ignore", frozen=True
    )

    var: Path = Field(
        default=ROOT / "var", description="Folder of everything that is written: database, logs, keys."
    )
    data: Path = Field(
        default=ROOT / "data", description="Folder of the reference data that comes with the code."
    )
    database_url: str = Field(
        default="",
        description="SQLAlchemy URL; empty means an SQLite file under `var`. PostgreSQL: postgresql+psycopg://…",
    )
    tracker_url: str = Field(
        default="",
        description="SQLAlchemy URL of the engine's own store; empty means an SQLite file under `var`. "
        "PostgreSQL: postgresql://…",
    )
    redis_url: str = Field(
        default="",
        description="redis://…, where the engines keep their locks; only needed when engines run on several hosts.",
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address the application listens on; a reverse proxy stands before it.",
    )
    port: int = Field(default=8080, description="Port of the application: chat page, desk, APIs.")
    engine_port: int = Field(
        default=5005, description="Loopback port of the Rasa engine; the next ones for more engines."
    )
    engines: int = Field(
        default=1,
        ge=1,
        le=16,
        description="Engine processes; conversations are spread over them. About one for each core to spare.",
    )
    players: int | None = Field(
        default=None,
        ge=0,
        le=16,
        description="Processes of their own that play the turns and deliver, beside the application that receives; "
        "empty: `relais up` starts one on PostgreSQL. On SQLite there are none: the application plays them itself.",
    )
    player_port: int = Field(
        default=5065, description="Loopback port of the first player; the next ones for more players."
    )
    actions_port: int = Field(default=5055, description="Loopback port of the action server.")
    public_url: str = Field(
        default="", description="Address people use (https://…); empty means http://host:port."
    )
    secret: SecretStr | None = Field(
        default=None,
        description="Key for sealing and signing (32+ characters); empty means one kept in `var/secret`.",
    )
    workers: int = Field(default=8, description="Conversations the gateway works on at the same time.")
    engine_timeout: float = Field(
        default=20.0, description="Seconds the gateway waits for the engine on one message."
    )
    message_limit: int = Field(
        default=2000,
        description="Characters of one message that are read; the rest is left out and the person told.",
    )

    def url(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.var / 'relais.db'}"

    def tracker(self) -> str:
        """The URL of the engine's store in force."""
        return self.tracker_url or f"sqlite:///{self.var / 'tracker.db'}"

    def engine_ports(self) -> list[int]:
        """The loopback port of each engine process."""
        return list(range(self.engine_port, self.engine_port + self.engines))

    def player_ports(self) -> list[int]:
        """The loopback port of each process that plays turns; none where the application plays them itself."""
        if self.url().startswith("sqlite"):
            return []
        return list(range(self.player_port, self.player_port + (self.players or 0)))

    def address(self) -> str:
        """Where people reach the application."""
        return self.public_url or f"http://{self.host}:{self.port}"
