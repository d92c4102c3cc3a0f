"""What a failing model may say."""

import os
from types import SimpleNamespace

import pytest

from pipeline.transform import _environment, _raise_failures, _without_values
from warehouse.errors import Fatal, Retryable


def failed(message: str, status: str = "error") -> SimpleNamespace:
    return SimpleNamespace(status=status, message=message, node=SimpleNamespace(name="int_orders"))


def test_a_message_keeps_the_sentence_and_drops_what_is_quoted():
    message = (
        "Database Error in model int_orders (models/intermediate/int_orders.sql)\n"
        '  invalid input syntax for type integer: "16012345678"\n'
        "  LINE 3: select '16012345678'::int\n"
        "  compiled code at target/run/int_orders.sql"
    )
    assert _without_values(message) == "invalid input syntax for type integer: …"


def test_details_are_dropped():
    message = (
        "Database Error in model int_orders (models/intermediate/int_orders.sql)\n"
        '  could not create unique index "int_orders_key"\n'
        "  DETAIL:  Key (order_id)=(O-16012345678) is duplicated."
    )
    with pytest.raises(Fatal) as raised:
        _raise_failures([failed(message)])
    assert "int_orders" in str(raised.value)
    assert "16012345678" not in str(raised.value)


@pytest.mark.parametrize(
    "sentence",
    [
        'connection to server at "127.0.0.1", port 5432 failed: Connection refused',
        "terminating connection due to administrator command",
        "deadlock detected",
    ],
)
def test_a_lost_connection_may_be_tried_again(sentence: str):
    with pytest.raises(Retryable):
        _raise_failures([failed(f"Database Error in model m (m.sql)\n  {sentence}")])


def test_one_lasting_failure_among_lost_connections_is_fatal():
    with pytest.raises(Fatal):
        _raise_failures([failed("deadlock detected"), failed("column does not exist")])


def test_a_failing_data_test_is_fatal():
    with pytest.raises(Fatal, match="int_orders: Got 3 results"):
        _raise_failures([failed("Got 3 results, configured to fail if != 0", status="fail")])


def test_the_environment_is_what_it_was(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("C360_DBT_HOST", "before")
    monkeypatch.delenv("C360_DBT_PORT", raising=False)
    with pytest.raises(KeyError), _environment({"C360_DBT_HOST": "x", "C360_DBT_PORT": "1"}):
        raise KeyError
    assert os.environ["C360_DBT_HOST"] == "before"
    assert "C360_DBT_PORT" not in os.environ
