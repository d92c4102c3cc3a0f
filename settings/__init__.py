"""Where things are and how to reach them: environment and state files, read once.

Everything else takes a `Settings` as its argument and never looks at the environment itself.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote, urlsplit

from settings import state
from settings.config import Account, ConfigError, accounts, disabled_sources, enabled_sources
from settings.landing_location import landing_location

__all__ = [
    "Account",
    "ConfigError",
    "Settings",
    "accounts",
    "disabled_sources",
    "enabled_sources",
    "load_settings",
    "with_new_postgres_port",
]

MIN_IDENTITY_KEY_CHARACTERS = 32
POSTGRES_JDBC_JAR = Path("/usr/share/java/postgresql.jar")
"""Where Debian's libpostgresql-jdbc-java puts the driver that Spark needs."""


@dataclass(frozen=True)
class Settings:
    """One deployment. Secret fields never show in its repr.

    `database_url` and `airflow_database_url` are plain `postgresql://` URLs without a driver name;
    whoever hands one to SQLAlchemy adds the driver. `landing_dir` may lie on object storage, see
    `settings.landing_location`.
    """

    project_dir: Path
    state_dir: Path
    landing_dir: Path
    config_dir: Path
    reports_dir: Path
    is_embedded: bool
    postgres_port: int
    airflow_port: int
    database_url: str = field(repr=False)
    airflow_database_url: str = field(repr=False)
    identity_key: bytes = field(repr=False)
    role_passwords: Mapping[str, str] = field(repr=False)
    airflow_jwt_secret: str = field(repr=False)
    airflow_fernet_key: str = field(repr=False)
    airflow_admin_password: str = field(repr=False)
    postgres_jdbc_jar: Path = POSTGRES_JDBC_JAR


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Reads the `C360_*` variables and the state files; makes missing secrets and ports.

    Raises:
        ConfigError: a variable has a value that cannot work; the message names the variable.
    """
    project_dir = Path(__file__).resolve().parent.parent
    state_dir = _path(environ, "C360_STATE_DIR", project_dir / ".c360")
    secrets = state.remembered_secrets(state_dir)
    ports = state.remembered_ports(state_dir)
    settings = Settings(
        project_dir=project_dir,
        state_dir=state_dir,
        landing_dir=landing_location(environ.get("C360_LANDING_DIR"), state_dir / "landing"),
        config_dir=_path(environ, "C360_CONFIG_DIR", project_dir / "config"),
        reports_dir=state_dir / "reports",
        is_embedded=not environ.get("C360_DATABASE_URL"),
        postgres_port=ports["postgres"],
        airflow_port=_port(environ, "C360_AIRFLOW_PORT", ports["airflow"]),
        database_url="",
        airflow_database_url="",
        identity_key=_identity_key(environ.get("C360_IDENTITY_KEY") or secrets["identity_key"]),
        role_passwords={name: secrets[name] for name in state.ROLE_NAMES},
        airflow_jwt_secret=secrets["airflow_jwt_secret"],
        airflow_fernet_key=secrets["airflow_fernet_key"],
        airflow_admin_password=secrets["airflow_admin_password"],
        postgres_jdbc_jar=_path(environ, "C360_POSTGRES_JDBC_JAR", POSTGRES_JDBC_JAR),
    )
    return _with_addresses(settings, environ)


def with_new_postgres_port(settings: Settings) -> Settings:
    """The same deployment after another program took the embedded server's remembered port."""
    port = state.pick_port_again(settings.state_dir, "postgres")
    return replace(
        settings,
        postgres_port=port,
        database_url=_at_port(settings.database_url, port),
        airflow_database_url=_at_port(settings.airflow_database_url, port),
    )


def _with_addresses(settings: Settings, environ: Mapping[str, str]) -> Settings:
    given = environ.get("C360_DATABASE_URL")
    url = _checked_url("C360_DATABASE_URL", given) if given else _embedded_url(settings)
    airflow_given = environ.get("C360_AIRFLOW_DATABASE_URL")
    if airflow_given:
        airflow_url = _checked_url("C360_AIRFLOW_DATABASE_URL", airflow_given)
    elif given:
        airflow_url = urlsplit(url)._replace(path=f"{urlsplit(url).path}_airflow").geturl()
    else:
        airflow_url = _embedded_airflow_url(settings)
    return replace(settings, database_url=url, airflow_database_url=airflow_url)


def _embedded_url(settings: Settings) -> str:
    password = quote(settings.role_passwords["c360_admin"], safe="")
    return f"postgresql://c360_admin:{password}@127.0.0.1:{settings.postgres_port}/customer360"


def _embedded_airflow_url(settings: Settings) -> str:
    password = quote(settings.role_passwords["airflow"], safe="")
    return f"postgresql://airflow:{password}@127.0.0.1:{settings.postgres_port}/airflow"


def _checked_url(variable: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or len(parts.path) <= 1:
        raise ConfigError(f"{variable} must look like postgresql://login:password@host:port/name")
    return parts._replace(scheme="postgresql").geturl()


def _at_port(url: str, port: int) -> str:
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    return parts._replace(netloc=f"{login}@{parts.hostname}:{port}").geturl()


def _path(environ: Mapping[str, str], variable: str, default: Path) -> Path:
    return Path(environ.get(variable) or default).expanduser().resolve()


def _port(environ: Mapping[str, str], variable: str, default: int) -> int:
    text = environ.get(variable) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise ConfigError(f"{variable} must be a port number")
    return int(text)


def _identity_key(text: str) -> bytes:
    if len(text) < MIN_IDENTITY_KEY_CHARACTERS:
        raise ConfigError(
            f"C360_IDENTITY_KEY needs at least {MIN_IDENTITY_KEY_CHARACTERS} characters"
        )
    return text.encode()
