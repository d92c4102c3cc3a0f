"""An audience as a file of the receiver's shape."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.audiences import Audience

WECHAT_BATCH = 50
"""WeChat tags at most so many openids a call."""

_COLUMNS = ("profile_id", "channel_id", "account_id", "template_id", "expected_value_fen",
            "reason_zh", "change")  # fmt: skip


def write_audience(audience: Audience, path: Path, shape: str) -> None:
    """Writes the audience; `shape` is one of `SHAPES`."""
    SHAPES[shape](audience, path)


def neutral(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{cell}"
    return cell


def _rows(audience: Audience) -> list[dict[str, object]]:
    members = [
        (*member, "entered" if member.profile_id in audience.entered else "stayed")
        for member in audience.members
    ]
    gone = [(profile_id, *(None,) * 5, "left") for profile_id in audience.left]
    return [dict(zip(_COLUMNS, row, strict=True)) for row in (*members, *gone)]


def _csv(audience: Audience, path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for row in _rows(audience):
            writer.writerow([neutral(value) for value in row.values()])


def _json(audience: Audience, path: Path) -> None:
    text = json.dumps(_rows(audience), ensure_ascii=False, default=str, indent=1)
    path.write_text(text, encoding="utf-8")


def _parquet(audience: Audience, path: Path) -> None:
    text = pa.string()
    schema = pa.schema(
        [(name, pa.float64() if name == "expected_value_fen" else text) for name in _COLUMNS]
    )
    rows = [
        {n: float(str(v)) if n == "expected_value_fen" and v is not None else v
         for n, v in row.items()}
        for row in _rows(audience)
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows, schema), path)


def _wechat_tags(audience: Audience, path: Path) -> None:
    """One line a call of tags/members/batchtagging; the tag's id is the caller's to fill in."""
    ids = [member.channel_id for member in audience.members]
    batches = [ids[at : at + WECHAT_BATCH] for at in range(0, len(ids), WECHAT_BATCH)]
    lines = [json.dumps({"openid_list": batch}) for batch in batches]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _wecom(audience: Audience, path: Path) -> None:
    """The body of externalcontact/add_msg_template, without its text."""
    ids = [member.channel_id for member in audience.members]
    document = {"chat_type": "single", "external_userid": ids}
    path.write_text(json.dumps(document), encoding="utf-8")


SHAPES: dict[str, Callable[[Audience, Path], None]] = {
    "csv": _csv,
    "json": _json,
    "parquet": _parquet,
    "wechat-tags": _wechat_tags,
    "wecom": _wecom,
}
