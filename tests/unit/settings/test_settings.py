"""Settings: read once, secrets made once, nothing secret shown."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from settings import ConfigError, accounts, enabled_sources, load_settings, with_new_postgres_port

KEY = "an-invented-key-of-32-characters"


def environ(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"C360_STATE_DIR": str(tmp_path / "state"), **more}


def test_a_second_load_gives_the_same_settings(tmp_path: Path) -> None:
    assert load_settings(environ(tmp_path)) == load_settings(environ(tmp_path))


def test_many_first_loads_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        loaded = list(pool.map(lambda _: load_settings(environ(tmp_path)), range(16)))
    assert all(settings == loaded[0] for settings in loaded)


def test_two_checkouts_share_neither_secret_nor_port(tmp_path: Path) -> None:
    one, two = (load_settings(environ(tmp_path / name)) for name in "ab")
    assert one.identity_key != two.identity_key
    assert set(one.role_passwords.values()).isdisjoint(two.role_passwords.values())
    assert {one.postgres_port, one.airflow_port}.isdisjoint({two.postgres_port, two.airflow_port})


def test_secrets_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    settings = load_settings(environ(tmp_path))
    for name in ("secrets.json", "ports.json"):
        assert stat.S_IMODE((settings.state_dir / name).stat().st_mode) == 0o600


def test_repr_shows_no_secret(tmp_path: Path) -> None:
    settings = load_settings(environ(tmp_path, C360_DATABASE_URL="postgresql://me:pass@db/name"))
    shown = repr(settings)
    secrets = [
        *settings.role_passwords.values(),
        settings.identity_key.decode(),
        settings.airflow_jwt_secret,
        settings.airflow_fernet_key,
        settings.airflow_admin_password,
        "pass@",
    ]
    assert not [secret for secret in secrets if secret in shown]


def test_a_secret_that_a_newer_release_needs_is_added(tmp_path: Path) -> None:
    settings = load_settings(environ(tmp_path))
    (settings.state_dir / "secrets.json").write_text(f'{{"identity_key": "{KEY}"}}')
    assert load_settings(environ(tmp_path)).identity_key == KEY.encode()
    assert load_settings(environ(tmp_path)).role_passwords == (
        load_settings(environ(tmp_path)).role_passwords
    )


def test_the_environment_rules(tmp_path: Path) -> None:
    settings = load_settings(
        environ(
            tmp_path,
            C360_LANDING_DIR=str(tmp_path / "in"),
            C360_CONFIG_DIR=str(tmp_path / "conf"),
            C360_DATABASE_URL="postgres://me:p%40ss@db.example.org:5433/warehouse",
            C360_IDENTITY_KEY=KEY,
            C360_AIRFLOW_PORT="8080",
        )
    )
    assert settings.landing_dir == tmp_path / "in"
    assert settings.config_dir == tmp_path / "conf"
    assert settings.database_url == "postgresql://me:p%40ss@db.example.org:5433/warehouse"
    assert settings.identity_key == KEY.encode()
    assert settings.airflow_port == 8080
    assert not settings.is_embedded


def test_airflow_gets_a_database_beside_a_given_one(tmp_path: Path) -> None:
    given = "postgresql://me:x@db/warehouse"
    settings = load_settings(environ(tmp_path, C360_DATABASE_URL=given))
    assert settings.airflow_database_url == "postgresql://me:x@db/warehouse_airflow"
    own = "postgresql://other:x@db/own"
    settings = load_settings(
        environ(tmp_path, C360_DATABASE_URL=given, C360_AIRFLOW_DATABASE_URL=own)
    )
    assert settings.airflow_database_url == own


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("C360_DATABASE_URL", "mysql://me:x@db/name"),
        ("C360_DATABASE_URL", "postgresql://me:x@db"),
        ("C360_AIRFLOW_DATABASE_URL", "db"),
        ("C360_AIRFLOW_PORT", "eighty"),
        ("C360_AIRFLOW_PORT", "70000"),
        ("C360_IDENTITY_KEY", "short"),
    ],
)
def test_a_wrong_value_names_its_variable_and_not_itself(
    tmp_path: Path, variable: str, value: str
) -> None:
    with pytest.raises(ConfigError, match=variable) as refused:
        load_settings(environ(tmp_path, **{variable: value}))
    assert value not in str(refused.value)


def test_a_new_port_moves_both_databases_and_is_remembered(tmp_path: Path) -> None:
    before = load_settings(environ(tmp_path))
    after = with_new_postgres_port(before)
    assert after.postgres_port != before.postgres_port
    assert f":{after.postgres_port}/customer360" in after.database_url
    assert f":{after.postgres_port}/airflow" in after.airflow_database_url
    assert load_settings(environ(tmp_path)) == after


def test_disabled_sources_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "sources.yml").write_text(
        "version: 1\nsources: {web: {enabled: false}, app: {enabled: true}}"
    )
    assert enabled_sources(tmp_path) == ("app",)


def test_the_shipped_configuration_is_valid(tmp_path: Path) -> None:
    config_dir = load_settings(environ(tmp_path)).config_dir
    assert len(enabled_sources(config_dir)) == 5
    appids = [account.appid for account in accounts(config_dir)]
    assert len(appids) == len(set(appids)) > 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("version: 1\nsources: {app: {enabled: true, colour: red}}", "colour"),
        ("version: 2\nsources: {}", "version"),
        ("version: 1", "sources"),
        ("{", "sources.yml"),
    ],
)
def test_a_wrong_configuration_names_file_and_field(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "sources.yml").write_text(text)
    with pytest.raises(ConfigError, match=told) as refused:
        enabled_sources(tmp_path)
    assert "sources.yml" in str(refused.value)


def test_a_missing_configuration_says_where_to_look(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="C360_CONFIG_DIR"):
        accounts(tmp_path)
