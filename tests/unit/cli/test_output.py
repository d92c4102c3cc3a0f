"""Tables can be read whole, however narrow the terminal is."""

import pytest
from rich.console import Console

from c360.cli import output

COLUMNS = ("load_id", "path", "first_byte_offset", "hint")
ROWS = [(17, "app/events/2026-11-19/events.jsonl", 1_317_593, "deliver the line again")]


def printed(monkeypatch: pytest.MonkeyPatch, width: int) -> str:
    console = Console(width=width)
    monkeypatch.setattr(output, "console", console)
    with console.capture() as capture:
        output.print_rows("Quarantine", COLUMNS, ROWS)
    return capture.get()


def test_a_row_is_a_line_where_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    text = printed(monkeypatch, 120)
    (line,) = [line for line in text.splitlines() if "17" in line]
    assert all(part in line for part in ("events.jsonl", "1,317,593", "deliver the line again"))


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_name_and_no_value_is_cut(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    text = printed(monkeypatch, width)
    words = " ".join(text.split())
    assert "…" not in text
    assert "1,317,593" in words
    assert all(name in words for name in ("load", "path", "offset", "hint"))
    assert "app/events/2026-11-19/events.jsonl" in "".join(text.split())


def test_a_row_is_a_block_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line.strip() for line in printed(monkeypatch, 60).splitlines()]
    assert "first byte offset  1,317,593" in lines
