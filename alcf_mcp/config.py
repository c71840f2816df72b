"""All settings in one typed object. Precedence: flags, environment, configuration file, defaults."""

from __future__ import annotations

import codecs
import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from alcf_mcp.system import IS_POSIX

ALCF_API_URL = "https://api.alcf.anl.gov/api/v1"
ALCF_ACTIVITY_URL = "https://status.alcf.anl.gov"

GROUPS = ("status", "compute", "filesystem", "tasks", "account", "session", "extended")
TOOLSETS = ("core", "default", *GROUPS)


def _split(value: Any) -> Any:
    """Split a comma-separated list of names."""
    if isinstance(value, str):
        names = [name.strip() for name in value.split(",") if name.strip()]
        if value.strip() and not names:
            raise ValueError("there are commas, and no name between them")
        return names
    return value


def _is_prefix(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9_]{0,16}", value):
        raise ValueError("use at most 16 characters from a-z, 0-9 and _, such as alcf_")
    return value


class _ConfigurationFile(TomlConfigSettingsSource):
    """The configuration file, which some editors begin with a byte order mark."""

    def _read_file(self, file_path: Any) -> dict[str, Any]:
        content: bytes = file_path.read_bytes()
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise ValueError("the file is in UTF-16; save it as UTF-8")
        try:
            return tomllib.loads(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise ValueError("the file is not in UTF-8; save it as UTF-8") from None


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]


class SettingsError(ValueError):
    """A setting has an invalid value; the message is one line that names the setting."""

    @classmethod
    def about(cls, name: str, reason: str) -> SettingsError:
        """Return the error about one setting."""
        return cls(f"ALCF_MCP_{name.upper()} (--{name.replace('_', '-')}): {reason}")


def config_file() -> Path:
    """Return the configuration file's path: ``ALCF_MCP_CONFIG_FILE``, or the platform's default."""
    named = os.environ.get("ALCF_MCP_CONFIG_FILE")
    return Path(named) if named else platformdirs.user_config_path("alcf-mcp") / "config.toml"


class Settings(BaseSettings):
    """The settings of one server process.

    Each has an environment variable ``ALCF_MCP_<NAME>`` and a line ``<name> = …`` in the configuration file
    (``config.toml`` in the platform's configuration directory). Most also have a flag of ``alcf-mcp serve``.
    """

    model_config = SettingsConfigDict(
        env_prefix="ALCF_MCP_", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    facility: Literal["alcf", "local"] = Field(
        "alcf", description="Which facility to use: ALCF, or the embedded local one."
    )
    api_url: str = Field(ALCF_API_URL, description="Base URL of the facility's API.")
    activity_url: str = Field(
        ALCF_ACTIVITY_URL,
        description="Where the machines' public activity feeds are (`<url>/<machine>/activity.json`); empty "
        "for none. The default is for ALCF's API: another server has none, the local facility has its own.",
    )
    access_token: SecretStr | None = Field(
        None, description="Bearer token to use; it is never shown anywhere."
    )
    trusted_hosts: Names = Field(
        (), description="Names of hosts, other than ALCF's, that the Globus sign-in may be used with."
    )
    confirm: Literal["ask", "human", "off"] = Field(
        "ask",
        description="Who confirms what can't be undone. `ask`: the user, through the client, or through the "
        "assistant if the client can't ask; `human`: only the user's own answer counts; `off`: nobody.",
    )
    read_only: bool = Field(False, description="Offer only tools that change nothing.")
    toolsets: Names = Field(
        ("default",),
        description=f"Which groups of tools to offer: {', '.join(TOOLSETS)}. "
        "`core` holds what most jobs need, for small models; "
        "`extended` holds what ALCF does not support yet; on its own, it is added to the default.",
    )
    tool_prefix: Annotated[str, AfterValidator(_is_prefix)] = Field(
        "", description="Prefix of every tool's name, such as `alcf_`, for clients that need one."
    )
    views: Literal["auto", "all", "none"] = Field(
        "auto",
        description="Which clients are told of views, the pages beside the answers. `auto`: those that say "
        "that they draw them; `all`: also those that draw them without saying so; `none`: no client.",
    )
    transport: Literal["stdio", "http"] = Field(
        "stdio",
        description="How clients reach the server: `stdio`, where they start it, or `http`, where it runs by "
        "itself on this machine.",
    )
    host: str = Field("127.0.0.1", description="Loopback address to serve HTTP on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to serve HTTP on; 0 picks a free one.")
    public_url: str | None = Field(
        None, description="URL that clients use for HTTP, if it is another one, such as that of a tunnel."
    )
    auth: Literal["own", "globus"] = Field(
        "own",
        description="Whom HTTP serves: `own`, you alone, by a token of your own; or `globus`, everybody who "
        "signs in through Globus.",
    )
    globus_client_id: str | None = Field(
        None, description="The server's own client at Globus, for `--auth globus`."
    )
    globus_client_secret: SecretStr | None = Field(None, description="The secret of that client.")
    server_keys: SecretStr | None = Field(
        None,
        description="Secret keys of a server for many people, the same on all its replicas: the first one "
        "signs and encrypts, the others still read. Default: one of its own, in the state directory.",
    )
    allowed_users: Names = Field(
        (),
        description="Who may sign in to a server for many people: usernames, such as `ada@alcf.anl.gov` or "
        "`*@alcf.anl.gov`; empty means everybody whom ALCF lets in.",
    )
    allowed_groups: Names = Field((), description="Ids of Globus groups whose members may sign in as well.")
    metrics_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="Port of its own on which a server for many people shows its metrics to Prometheus.",
    )
    metrics_host: str = Field("127.0.0.1", description="Address of that port.")
    timeout: float = Field(
        45.0, ge=1, le=3600, description="Seconds that one tool call may take; many clients give up after 60."
    )
    ask_node_hours: float = Field(
        8.0, ge=0, description="Node hours (nodes × walltime) above which submitting a job asks the user."
    )
    max_node_hours: float | None = Field(None, ge=0, description="Maximum node hours of one job.")
    max_node_hours_per_day: float | None = Field(
        None, ge=0, description="Maximum node hours of all jobs that are submitted from here within 24 hours."
    )
    max_nodes: int | None = Field(None, ge=1, description="Maximum number of nodes of one job.")
    max_walltime: str | int | None = Field(None, description="Maximum walltime of one job, such as `2h`.")
    default_account: str | None = Field(None, description="Project to charge for jobs that name none.")
    default_queue: str | None = Field(None, description="Queue for jobs that name none.")
    default_directory: str | None = Field(
        None, description="Directory for jobs that name none; their output goes there."
    )
    allowed_accounts: Names = Field((), description="Projects that jobs may charge; empty means any.")
    allowed_paths: Names = Field(
        (), description="Directories below which files may be changed; empty means any."
    )
    notify: SecretStr | None = Field(
        None,
        description="How to tell you that a job has ended: the URL of an ntfy topic or webhook, `desktop`, "
        "or a command.",
    )
    state_dir: Path = Field(
        default_factory=lambda: platformdirs.user_state_path("alcf-mcp"),
        description="Directory of the journal and of the local facility.",
    )
    database_url: SecretStr | None = Field(
        None,
        description="URL of the PostgreSQL database with the journals of a server for many people.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "WARNING", description="How much is logged to standard error."
    )
    log_file: Path | None = Field(None, description="File to log to as well, one JSON object per line.")
    max_requests: int = Field(
        16, ge=1, le=256, description="Requests to the facility that may be in progress at once."
    )
    local_profile: Literal["alcf", "full"] = Field(
        "alcf",
        description="What the local facility offers: what ALCF offers today, or all of the standard.",
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
        return init_settings, env_settings, _ConfigurationFile(settings_cls, config_file())

    @field_validator("toolsets")
    @classmethod
    def _known_toolsets(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        names = tuple(name.lower() for name in value)
        if not names or not set(names) <= set(TOOLSETS):
            raise ValueError(f"choose from {', '.join(TOOLSETS)}")
        return names

    @field_validator("api_url", "activity_url", "public_url")
    @classmethod
    def _is_url(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        value = value.strip()
        if info.field_name == "activity_url" and not value:
            return value
        parts = urlsplit(value)
        try:
            usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:  # the port is not a number
            usable = False
        if not usable or parts.query or parts.fragment:
            example = cls.model_fields[str(info.field_name)].default or "https://alcf.example.org/mcp"
            raise ValueError(f"write a URL such as {example}")
        if parts.username or parts.password:
            raise ValueError("the URL must not contain a user name or password")
        return value.rstrip("/")

    @field_validator(
        "access_token",
        "notify",
        "database_url",
        "public_url",
        "globus_client_id",
        "globus_client_secret",
        "server_keys",
        "log_file",
        "default_account",
        "default_queue",
        "default_directory",
        mode="before",
    )
    @classmethod
    def _blank_is_none(cls, value: Any) -> Any:
        # MCP clients pass an empty string for a setting that was left blank.
        return value.strip() or None if isinstance(value, str) else value

    @field_validator("log_level", "confirm", "facility", "transport", "auth", mode="before")
    @classmethod
    def _any_case(cls, value: Any, info: Any) -> Any:
        if not isinstance(value, str):
            return value
        return value.upper() if info.field_name == "log_level" else value.lower()

    @property
    def has_alcf_activity(self) -> bool:
        """Whether ALCF's activity feeds are about the facility's machines, as far as the user did not say."""
        return self.facility == "alcf" and urlsplit(self.api_url).hostname == urlsplit(ALCF_API_URL).hostname

    @property
    def chosen_activity_url(self) -> str | None:
        """The address of activity feeds that the user set; ``None`` if they left it at the default."""
        return self.activity_url if "activity_url" in self.model_fields_set else None

    @property
    def journal_path(self) -> Path:
        """Path of this facility's journal."""
        return self.state_dir / f"{self.facility}-journal.sqlite"


def load_settings(**flags: Any) -> Settings:
    """Read the settings; a flag that is ``None`` counts as not given.

    Raises:
        SettingsError: a value is invalid, or the configuration file can't be read.
    """
    try:
        settings = Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        raise SettingsError(_in_one_line(error)) from None
    except (OSError, ValueError) as error:  # TOML's own errors are ValueErrors
        raise SettingsError(f"{config_file()}: {error}") from None
    if settings.facility == "local" and not IS_POSIX:
        raise SettingsError.about("facility", "the local facility needs Linux or macOS; on Windows, use WSL")
    return settings


def _in_one_line(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    name = str(first["loc"][0]) if first["loc"] else "?"
    if first["type"] == "extra_forbidden":
        known = ", ".join(Settings.model_fields)
        return f"{config_file()}: there is no setting {name!r}; the settings are {known}"
    reason = first["msg"].removeprefix("Value error, ").replace("Input should be", "should be")
    return str(SettingsError.about(name, reason))
