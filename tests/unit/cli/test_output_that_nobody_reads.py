"""A reader of the output that has enough, as `head` has, is no error."""

import errno

import pytest
from typer.testing import CliRunner

from c360.cli import app, audience


@pytest.mark.parametrize(
    ("error", "is_told"),
    [(BrokenPipeError(errno.EPIPE, "closed"), False), (ValueError("secret"), True)],
)
def test_a_closed_pipe_is_not_told_and_other_errors_are(
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    is_told: bool,  # noqa: FBT001
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(audience, "take_audience", fail)
    found = CliRunner().invoke(app, ["audience", "--offer", "OF-A", "--channel", "sms"])
    assert found.exit_code
    assert ("unexpected" in found.output) == is_told
    assert "secret" not in found.output
