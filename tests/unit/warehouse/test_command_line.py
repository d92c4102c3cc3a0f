"""The program: every command explains itself, and failures are messages with an exit code."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from c360.cli import app
from c360.cli.lazy_commands import EXIT_FAILED, EXIT_UNEXPECTED, MODULES
from c360.masking import masked_text
from warehouse.errors import Fatal

CANARY = "13800-canary"


@pytest.fixture
def runner(tmp_path: Path) -> CliRunner:
    return CliRunner(env={"C360_STATE_DIR": str(tmp_path), "COLUMNS": "200"})


def commands() -> Iterator[tuple[str, ...]]:
    """Every command with its group, as one types it."""
    program = get_command(app)
    for name in MODULES:
        yield from below((name,), program.get_command(None, name))  # type: ignore[attr-defined]


def below(path: tuple[str, ...], command: object) -> Iterator[tuple[str, ...]]:
    """The command, and what it groups."""
    yield path
    for name, each in getattr(command, "commands", {}).items():
        yield from below((*path, name), each)


@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_every_command_has_help_with_an_example(
    runner: CliRunner, command: tuple[str, ...]
) -> None:
    told = runner.invoke(app, [*command, "--help"])
    assert told.exit_code == 0
    is_group = any(each[:-1] == command for each in commands())
    assert f"Example: c360 {' '.join(command)}" in told.output or is_group


def test_the_program_lists_its_commands(runner: CliRunner) -> None:
    told = runner.invoke(app, ["--help"])
    assert told.exit_code == 0
    assert all(name in told.output for name in MODULES)


def test_a_pipeline_error_is_one_message_and_exit_1(
    runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise Fatal("load 7 is broken: [do] this next")

    monkeypatch.setattr("c360.cli.deployment.load_settings", fail)
    told = runner.invoke(app, ["status"])
    assert told.exit_code == EXIT_FAILED
    assert "load 7 is broken: [do] this next" in told.output
    assert "Traceback" not in told.output


def test_an_unexpected_error_tells_no_value(
    runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ValueError(CANARY)

    monkeypatch.delenv("C360_TRACEBACK", raising=False)
    monkeypatch.setattr("c360.cli.deployment.load_settings", fail)
    told = runner.invoke(app, ["status"])
    assert told.exit_code == EXIT_UNEXPECTED
    assert "ValueError" in told.output
    assert CANARY not in told.output


def test_a_wrong_setting_is_told(runner: CliRunner) -> None:
    told = runner.invoke(app, ["status"], env={"C360_AIRFLOW_PORT": "eighty"})
    assert told.exit_code == EXIT_FAILED
    assert "C360_AIRFLOW_PORT" in told.output


def test_wrong_usage_is_exit_2(runner: CliRunner) -> None:
    assert runner.invoke(app, ["up", "--nonsense"]).exit_code == 2
    assert runner.invoke(app, ["nonsense"]).exit_code == 2


def test_resetting_a_server_that_is_not_ours_is_refused(runner: CliRunner) -> None:
    told = runner.invoke(
        app, ["reset", "--yes"], env={"C360_DATABASE_URL": "postgresql://me:secret@db/name"}
    )
    assert told.exit_code == EXIT_FAILED
    assert "not ours" in told.output
    assert "secret" not in told.output


def test_masks_hide_the_middle() -> None:
    assert masked_text(("phone", "", "+8615400001234")) == "phone:+86154****1234"
    assert masked_text(("email", "", "ann@example.com")) == "email:a***@example.com"
    assert masked_text(("openid", "wx1", "oAAAsecretBBB")) == "openid@wx1:oAA***BBB"
