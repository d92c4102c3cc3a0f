"""Which channel an audience goes by when nobody names one."""

import pytest

from settings import Settings
from warehouse.audiences import only_channel
from warehouse.connection import LOGIN, connect
from warehouse.errors import Fatal

_ZEROS = {"text": "''", "boolean": "false", "date": "'2026-11-20'", "text[]": "'{}'"}


def offer(settings: Settings, *sent: tuple[str, str]) -> None:
    """Publish that offers go by channels, each to one person more; all else is empty."""
    with connect(settings, LOGIN) as conn:
        required = conn.execute(
            "select attname, format_type(atttypid, null) from pg_attribute"
            " where attrelid = 'mart.next_best_offer'::regclass and attnotnull and attnum > 0"
            " and attname not in ('profile_id', 'offer_id', 'channel')"
        ).fetchall()
        names = "".join(f", {name}" for name, _ in required)
        values = "".join(
            f", {'now()' if kind.startswith('timestamp') else _ZEROS.get(kind, '1')}"
            for _, kind in required
        )
        for place, (offer_id, channel) in enumerate(sent):
            statement = (
                f"insert into mart.next_best_offer (profile_id, offer_id, channel{names})"  # noqa: S608
                f" values ('p_{place}', '{offer_id}', '{channel}'{values})"
            )
            conn.execute(statement.encode())


def test_an_offer_that_goes_by_one_channel_needs_no_channel(warehouse_settings: Settings) -> None:
    offer(warehouse_settings, ("OF-A", "sms"), ("OF-A", "sms"), ("OF-B", "email"))
    assert only_channel(warehouse_settings, "OF-A") == "sms"


def test_several_channels_are_counted_and_one_must_be_named(warehouse_settings: Settings) -> None:
    offer(warehouse_settings, ("OF-A", "sms"), ("OF-A", "email"), ("OF-A", "sms"))
    with pytest.raises(Fatal, match="Persons by sms: 2, email: 1"):
        only_channel(warehouse_settings, "OF-A")
    with pytest.raises(Fatal, match="OF-B goes to nobody now"):
        only_channel(warehouse_settings, "OF-B")
