"""All settings, in one typed object: flags over environment over the configuration file over defaults."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

ALCF_API_URL = "https://api.alcf.anl.gov/api/v1"

GROUPS = ("status", "compute", "filesystem", "tasks", "account", "session", "extended")
TOOLSETS = ("default", *GROUPS)


def _split(value: Any) -> Any:
    """Names in a list with commas."""
    if isinstance(value, str):
        names = [name.strip() for name in value.split(",") if name.strip()]
        if value.strip() and not names:
            raise ValueError("there are commas, and no name between them")
        return names
    return value


def _is_prefix(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9_]{0,16}", value):
        raise ValueError("at most 16 of a-z, 0-9 and _, such as alcf_")
    return value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]


class SettingsError(ValueError):
    """A setting has a wrong value; the message is one line that names it."""

    @classmethod
    def about(cls, name: str, reason: str) -> SettingsError:
        """The error of one setting."""
        return cls(f"ALCF_MCP_{name.upper()} (--{name.replace('_', '-')}): {reason}")


def config_file() -> Path:
    """Where the configuration file is looked for: ``ALCF_MCP_CONFIG_FILE``, or the platform's place."""
    named = os.environ.get("ALCF_MCP_CONFIG_FILE")
    return Path(named) if named else platformdirs.user_config_path("alcf-mcp") / "config.toml"


class Settings(BaseSettings):
    """The settings of one server process.

    Each has an environment variable ``ALCF_MCP_<NAME>``, a line ``<name> = …`` in the configuration file
    (``config.toml`` in the platform's configuration directory), and most a flag of ``alcf-mcp serve``.
    """

    model_config = SettingsConfigDict(
        env_prefix="ALCF_MCP_", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    facility: Literal["alcf", "local"] = Field(
        "alcf", description="Which facility to work at: ALCF, or the embedded local one."
    )
    api_url: str = Field(ALCF_API_URL, description="Where the facility's API lives.")
    access_token: SecretStr | None = Field(
        None, description="The bearer token to use; it is never shown anywhere."
    )
    trusted_hosts: Names = Field(
        (), description="Hosts other than ALCF's that a Globus sign-in may be used at, by name."
    )
    confirm: Literal["ask", "human", "off"] = Field(
        "ask",
        description="Who confirms what can't be undone: `ask` a person through the client, or through the "
        "assistant where the client can't; `human`: only a person's own answer counts; `off`: nobody.",
    )
    read_only: bool = Field(False, description="Offer only the tools that change nothing.")
    toolsets: Names = Field(
        ("default",),
        description=f"Which groups of tools to offer: {', '.join(TOOLSETS)}. "
        "`extended` is what ALCF has not got yet; alone, it comes on top of the default.",
    )
    tool_prefix: Annotated[str, AfterValidator(_is_prefix)] = Field(
        "", description="What every tool's name begins with, such as `alcf_`, for clients that want it."
    )
    timeout: float = Field(
        45.0, ge=1, le=3600, description="Seconds that one tool call may take; many clients give up at 60."
    )
    ask_node_hours: float = Field(
        8.0, ge=0, description="Node hours (nodes × walltime) above which submitting a job asks the person."
    )
    max_node_hours: float | None = Field(None, ge=0, description="Most node hours of one job.")
    max_node_hours_per_day: float | None = Field(
        None, ge=0, description="Most node hours of all jobs that are submitted from here within 24 hours."
    )
    max_nodes: int | None = Field(None, ge=1, description="Most nodes of one job.")
    max_walltime: str | int | None = Field(None, description="Longest walltime of one job, such as `2h`.")
    default_account: str | None = Field(None, description="Project that jobs charge which name none.")
    default_queue: str | None = Field(None, description="Queue of jobs that name none.")
    default_directory: str | None = Field(
        None, description="Directory of jobs that name none; their output goes there."
    )
    allowed_accounts: Names = Field((), description="Projects that jobs may charge; none named: any.")
    allowed_paths: Names = Field(
        (), description="Directories below which files may be changed; none named: any."
    )
    state_dir: Path = Field(
        default_factory=lambda: platformdirs.user_state_path("alcf-mcp"),
        description="Where the journal and the local facility live.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "WARNING", description="How much is logged to standard error."
    )
    log_file: Path | None = Field(None, description="A file to log to as well, one JSON object a line.")
    max_requests: int = Field(
        16, ge=1, le=256, description="Requests to the facility that may be under way at once."
    )
    local_profile: Literal["alcf", "full"] = Field(
        "alcf",
        description="What the local facility offers: what ALCF does today, or all of the standard.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, then the environment, then the configuration file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config_file())

    @field_validator("toolsets")
    @classmethod
    def _known_toolsets(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        names = tuple(name.lower() for name in value)
        if not names or not set(names) <= set(TOOLSETS):
            raise ValueError(f"choose from {', '.join(TOOLSETS)}")
        return names

    @field_validator("api_url")
    @classmethod
    def _is_url(cls, value: str) -> str:
        parts = urlsplit(value)
        try:
            usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:  # what stands where a port should is none
            usable = False
        if not usable or parts.query or parts.fragment:
            raise ValueError(f"write a URL such as {ALCF_API_URL}")
        if parts.username or parts.password:
            raise ValueError("a URL with a user name or password in it is not taken")
        return value.rstrip("/")

    @field_validator(
        "access_token", "log_file", "default_account", "default_queue", "default_directory", mode="before"
    )
    @classmethod
    def _blank_is_none(cls, value: Any) -> Any:
        # MCP clients pass an empty string for a setting that was left blank.
        return value.strip() or None if isinstance(value, str) else value

    @field_validator("log_level", "confirm", "facility", mode="before")
    @classmethod
    def _any_case(cls, value: Any, info: Any) -> Any:
        if not isinstance(value, str):
            return value
        return value.upper() if info.field_name == "log_level" else value.lower()

    @property
    def journal_path(self) -> Path:
        """The journal of this facility."""
        return self.state_dir / f"{self.facility}-journal.sqlite"


def load_settings(**flags: Any) -> Settings:
    """Read the settings; flags that are ``None`` were not given.

    Raises:
        SettingsError: a value is wrong, or the configuration file can't be read.
    """
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        raise SettingsError(_in_one_line(error)) from None
    except (OSError, ValueError) as error:  # TOML's own errors are ValueErrors
        raise SettingsError(f"{config_file()}: {error}") from None


def _in_one_line(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    name = str(first["loc"][0]) if first["loc"] else "?"
    if first["type"] == "extra_forbidden":
        return f"{config_file()}: there is no setting {name!r}; there are {', '.join(Settings.model_fields)}"
    reason = first["msg"].removeprefix("Value error, ").replace("Input should be", "should be")
    return str(SettingsError.about(name, reason))
