"""Airflow for tests: a home, a metadata database and landing files of its own."""

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from c360 import airflow_processes
from c360.airflow_client import AirflowClient
from settings import Settings, state
from tests.conftest import new_database

# Before anything imports Airflow: it reads its home when it is imported.
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="c360-airflow-")
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"

WriteDay = Callable[..., None]
SOURCES = ("mini_program", "official_account", "app", "web", "commerce")
APPIDS = {source: f"wx00000000000000{end}1" for source, end in zip(SOURCES, "abcda", strict=True)}


@pytest.fixture(scope="module")
def deployment(
    template_database: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """A migrated warehouse, an empty Airflow database, an empty landing folder."""
    with new_deployment(template_database, tmp_path_factory.mktemp("deployment")) as settings:
        yield settings


@contextmanager
def new_deployment(template_database: Settings, folder: Path) -> Iterator[Settings]:
    """Two databases and all folders of its own."""
    with ExitStack() as stack:
        warehouse = stack.enter_context(new_database(template_database, is_copy=True))
        airflow = stack.enter_context(new_database(template_database))
        settings = replace(
            template_database,
            state_dir=folder / "state",
            landing_dir=folder / "landing",
            reports_dir=folder / "state" / "reports",
            database_url=warehouse.database_url,
            airflow_database_url=airflow.database_url,
            airflow_port=state.remembered_ports(folder / "state")["airflow"],
        )
        yield settings


@pytest.fixture(scope="module")
def airflow(deployment: Settings) -> Iterator[AirflowClient]:
    """The real processes on the deployment, every DAG unpaused."""
    try:
        api = airflow_processes.start(deployment)
        for dag_id in [*(f"ingest_{source}" for source in SOURCES), "customer_360", "maintenance"]:
            api.unpause_when_read(dag_id, timeout_seconds=60)
        yield api
    finally:
        airflow_processes.stop(deployment)


@pytest.fixture(scope="module")
def write_day(deployment: Settings) -> WriteDay:
    """Lands one small valid file of each named source for a day, about `people` persons."""

    def write(day: date, *, sources: tuple[str, ...] = SOURCES, people: int = 5) -> None:
        for source in sources:
            kind, make = LINES[source]
            folder = deployment.landing_dir / source / kind / str(day)
            folder.mkdir(parents=True, exist_ok=True)
            number = len(list(folder.iterdir()))
            lines = [json.dumps(make(f"{index:04d}", day)) for index in range(people)]
            draft = folder / f"file-{number}.jsonl.part"
            draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
            draft.rename(folder / f"file-{number}.jsonl")

    return write


def _login(source: str, person: str, day: date) -> dict[str, object]:
    return {
        "appid": APPIDS[source],
        "openid": f"o{source[0].upper()}1_fake-{person}",
        "unionid": f"oU_fake-{person}",
        "login_at": f"{day}T12:00:00+08:00",
    }


def _mini_program(person: str, day: date) -> dict[str, object]:
    return {"type": "mp_login", **_login("mini_program", person, day), "scene": 1089}


def _app(person: str, day: date) -> dict[str, object]:
    identities = {"member_id": f"M{person}", "install_id": f"install-{person}"}
    return {"type": "app_wechat_login", **_login("app", person, day), **identities}


def _web(person: str, day: date) -> dict[str, object]:
    return {
        "type": "web_oauth",
        **_login("web", person, day),
        "is_snapshotuser": 0,
        "cookie_id": f"cookie-{person}",
        "scope": "snsapi_userinfo",
    }


def _official_account(person: str, day: date) -> dict[str, object]:
    follower = {
        "subscribe": 1,
        "openid": f"oB1_fake-{person}",
        "unionid": f"oU_fake-{person}",
        "subscribe_time": 1760000000,
        "subscribe_scene": "ADD_SCENE_SEARCH",
    }
    return {
        "appid": APPIDS["official_account"],
        "pulled_at": f"{day}T23:30:00+08:00",
        "endpoint": "user/info/batchget",
        "page": int(person) + 1,
        "reply": {"user_info_list": [follower]},
    }


def _commerce(person: str, day: date) -> dict[str, object]:
    at = f"{day}T10:00:00+08:00"
    return {
        "order_id": f"O{day:%y%m%d}{person}",
        "updated_at": at,
        "created_at": at,
        "paid_at": at,
        "completed_at": None,
        "cancelled_at": None,
        "status": "paid",
        "channel": "mini_program",
        "member_id": f"M{person}",
        "total_fen": 9900,
        "discount_fen": 0,
        "shipping_fen": 0,
        "currency": "CNY",
        "coupon_codes": [],
        "promotion_type": "none",
    }


LINES: dict[str, tuple[str, Callable[[str, date], dict[str, object]]]] = {
    "mini_program": ("logins", _mini_program),
    "official_account": ("followers", _official_account),
    "app": ("logins", _app),
    "web": ("oauth_logins", _web),
    "commerce": ("orders", _commerce),
}
