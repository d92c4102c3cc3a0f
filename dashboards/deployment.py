"""One deployment's Superset: where it keeps its things, its secrets, and how it reads the marts."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from dashboards.deployment_names import DATABASE_VARIABLE, PASSWORD_VARIABLE
from settings import Settings
from settings.state import remembered_superset

READER = "c360_bi"
FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class SupersetDeployment:
    """A Superset on loopback; `environ` is what each of its processes runs with."""

    python: Path
    home: Path
    port: int
    environ: dict[str, str] = field(repr=False)

    @property
    def address(self) -> str:
        """Where its page is."""
        return f"http://127.0.0.1:{self.port}"


def superset_of(settings: Settings) -> SupersetDeployment:
    """The Superset of this checkout; its folder is made, readable by its owner only."""
    home = settings.state_dir / "superset"
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    superset = remembered_superset(settings.state_dir)
    environ = dict(os.environ)
    # Without bytecode every import takes twice as long.
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    environ |= {
        "FLASK_APP": "superset.app:create_app()",
        "PYTHONPATH": str(settings.project_dir),
        "PYTHONWARNINGS": "ignore",
        "SCARF_ANALYTICS": "false",
        "SUPERSET_CONFIG_PATH": str(FOLDER / "superset_config.py"),
        "SUPERSET_HOME": str(home),
        "SUPERSET_SECRET_KEY": superset.secret_key,
        DATABASE_VARIABLE: reader_uri(settings),
        PASSWORD_VARIABLE: superset.admin_password,
    }
    python = settings.project_dir / ".venv-bi" / "bin" / "python"
    return SupersetDeployment(python, home, superset.port, environ)


def reader_uri(settings: Settings) -> str:
    """The address under which a BI tool reads the marts, for SQLAlchemy, password included."""
    parts = urlsplit(settings.database_url)
    password = quote(settings.role_passwords[READER], safe="")
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(
        scheme="postgresql+psycopg2", netloc=f"{READER}:{password}@{place}"
    ).geturl()
