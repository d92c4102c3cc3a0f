"""Sources change: new fields are kept and reported, lost and retyped ones are refused by name."""

from datetime import date
from typing import TYPE_CHECKING, Any

from ingestion.drift import note_unknown_fields
from warehouse.kinds import UnknownField, late_kinds, unknown_fields

if TYPE_CHECKING:
    from tests.integration.ingestion.conftest import Landing, Make

DAY = date(2026, 11, 20)


def reported(landing: "Landing") -> list[tuple[str, int]]:
    return [(row.field, row.rows) for row in unknown_fields(landing.settings)]


def test_a_new_field_is_kept_and_reported_without_its_values(
    landing: "Landing", make: "Make"
) -> None:
    orders = [
        make.order("O1"),
        make.order("O2", gift_note="to my love"),
        make.order("O3", gift_note="x"),
    ]
    path = landing.write("commerce/orders/a.jsonl", make.json_lines(orders))
    load_id = landing.load(path).load_id
    assert note_unknown_fields(landing.settings, [load_id]) == 1
    assert note_unknown_fields(landing.settings, [load_id]) == 1
    assert unknown_fields(landing.settings) == [
        UnknownField("commerce", "orders", "gift_note", load_id, load_id, DAY, 2)
    ]
    kept = "select body ->> 'gift_note' from raw.record where body ? 'gift_note' order by 1"
    assert landing.query(kept) == [("to my love",), ("x",)]
    again = landing.load(
        landing.write("commerce/orders/b.jsonl", make.json_lines([make.order("O4", gift_note="y")]))
    )
    note_unknown_fields(landing.settings, [again.load_id])
    assert unknown_fields(landing.settings)[0][3:5] == (load_id, again.load_id)
    assert reported(landing) == [("gift_note", 3)]


def test_new_fields_are_found_inside_the_objects_a_contract_names(
    landing: "Landing", make: "Make"
) -> None:
    event = make.app_event(
        "m1",
        properties={"product_id": "P1", "colour": "red", "13800138000": 1},
        context={"device": {"type": "ios", "brand": "x"}, "new": {"inner": 1}},
        extra={"a": {"b": 1}},
    )
    load_id = landing.load(landing.write("app/events/a.jsonl", make.json_lines([event]))).load_id
    note_unknown_fields(landing.settings, [load_id])
    assert reported(landing) == [("extra", 1), ("properties.#", 1), ("properties.colour", 1)]


def test_the_field_that_scopes_an_identifier_is_named(landing: "Landing", make: "Make") -> None:
    talk = {
        "conversation_id": "C1", "opened_at": "2026-11-20T10:00:00+08:00", "channel": "wecom",
        "external_userid": "wm_fake-1", "corp_id": "ww00000000000000e1", "mood": "calm",
    }  # fmt: skip
    path = landing.write("commerce/service_conversations/a.jsonl", make.json_lines([talk]))
    note_unknown_fields(landing.settings, [landing.load(path).load_id])
    assert reported(landing) == [("mood", 1)]


def test_a_lost_or_retyped_field_is_refused_by_its_name(landing: "Landing", make: "Make") -> None:
    lost, retyped = make.order("O1"), make.order("O2", total_fen="10.00")
    del lost["total_fen"]
    landing.load(landing.write("commerce/orders/a.jsonl", make.json_lines([lost, retyped])))
    assert landing.query("select reason_code, field from ops.quarantine order by line_number") == [
        ("missing_field", "total_fen"), ("wrong_type", "total_fen")
    ]  # fmt: skip


def test_the_sample_formats_hold_no_unknown_field(landing: "Landing", make: "Make") -> None:
    load_id = landing.load(
        landing.write("commerce/orders/a.jsonl", make.json_lines([make.order("O1")]))
    ).load_id
    assert note_unknown_fields(landing.settings, [load_id]) == 0


def test_a_kind_beyond_its_cadence_is_late(landing: "Landing", make: "Make") -> None:
    def order(day: int) -> dict[str, Any]:
        return make.order(f"O{day}", updated_at=f"2026-11-{day}T10:00:00+08:00")

    landing.write("commerce/orders/a.jsonl", make.json_lines([order(20)]))
    landing.load_window("commerce")
    assert late_kinds(landing.settings) == []
    event = make.json_lines([make.app_event("m1")])
    landing.write("app/events/a.jsonl", event, date(2026, 11, 21))
    landing.load_window("app", date(2026, 11, 21), date(2026, 11, 21))
    assert late_kinds(landing.settings) == []
    landing.write("app/events/a.jsonl", event + b"\n", date(2026, 11, 22))
    landing.load_window("app", date(2026, 11, 22), date(2026, 11, 22))
    (late,) = late_kinds(landing.settings)
    assert (late.source, late.kind, late.days_silent) == ("commerce", "orders", 2)
    assert late_kinds(landing.settings, "app") == []
