"""Lines on their way into landing files: which folder, in which order, how broken.

A chunk of people is collected in memory as encoded lines and appended to the files at its end, so
memory is bounded by the chunk and not by the sample.
"""

import gzip
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec

from sample_data.defects import Defect, plant
from sample_data.dice import Dice
from sample_data.evidence import Sightings
from sample_data.timeline import Period, day_name, midnight

Record: TypeAlias = dict[str, Any]
Kind: TypeAlias = tuple[str, str]

SOURCES: Final = ("mini_program", "official_account", "app", "web", "commerce")
XML_KINDS: Final = frozenset(
    {
        ("mini_program", "privacy"),
        ("official_account", "pushes"),
        ("official_account", "wecom_pushes"),
    }
)
CSV_HEADERS: Final = {
    ("commerce", "products"): (
        "product_id,valid_from,sku,name,category,brand,price_fen,cost_fen,stock,on_sale"
    )
}
GZIP_KINDS: Final = frozenset({("web", "events"), ("commerce", "points")})
STAMP_BYTES: Final = 5

_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Landing:
    """The landing folder of one sample."""

    root: Path
    period: Period
    line_counts: dict[Kind, int] = field(default_factory=lambda: defaultdict(int))
    files: dict[str, int] = field(default_factory=dict)
    sightings: Sightings = field(default_factory=Sightings)
    _waiting: dict[tuple[Kind, int], list[bytes]] = field(default_factory=lambda: defaultdict(list))

    def add(self, kind: Kind, received: int, record: Record) -> None:
        """Take a record that arrived at a time."""
        self.sightings.see(kind, record)
        line = _xml(record).encode() if kind in XML_KINDS else _encode(record)
        self._add(kind, received, line)

    def add_line(self, kind: Kind, received: int, line: str) -> None:
        """Take a line that is written already, and in which no identifier is."""
        self._add(kind, received, line.encode())

    def _add(self, kind: Kind, received: int, line: bytes) -> None:
        stamp = received.to_bytes(STAMP_BYTES)  # in front of the line it sorts by time
        self._waiting[kind, self.period.folder_day(received)].append(stamp + line)

    def flush(self, dice: Dice) -> list[Defect]:
        """Append everything that waits to its files, with defects planted; tell which."""
        defects: list[Defect] = []
        for (kind, day), waiting in sorted(self._waiting.items()):
            waiting.sort()
            path = self._path(kind, day)
            start = self.files.get(path, 1 if kind in CSV_HEADERS else 0)
            lines, planted = plant(dice, kind, [line[STAMP_BYTES:] for line in waiting])
            defects += [Defect(path, start + number, what) for number, what in planted]
            self._append(path, kind, lines)
            self.files[path] = start + len(lines)
            self.line_counts[kind] += len(lines)
        self._waiting.clear()
        return defects

    def _path(self, kind: Kind, day: int) -> str:
        source, name = kind
        suffix = "xml" if kind in XML_KINDS else "csv" if kind in CSV_HEADERS else "jsonl"
        ending = ".gz" if kind in GZIP_KINDS and day % 5 == 0 else ""
        return f"{source}/{name}/{day_name(day)}/{name}-{day_name(day)}.{suffix}{ending}"

    def _append(self, path: str, kind: Kind, lines: list[bytes]) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        block = b"\n".join(lines) + b"\n"
        if kind in CSV_HEADERS and path not in self.files:
            block = CSV_HEADERS[kind].encode() + b"\n" + block
        if path.endswith(".gz"):
            block = gzip.compress(block, compresslevel=6, mtime=0)
        with file.open("ab") as stream:
            stream.write(block)

    def close(self) -> None:
        """Write the empty-day manifests of sources that sent nothing on a day."""
        delivered = {(path.split("/")[0], path.split("/")[2]) for path in self.files}
        for day in range(self.period.first_day, self.period.last_day + 1):
            for source in SOURCES:
                if (source, day_name(day)) not in delivered:
                    self._write_manifest(source, day)

    def _write_manifest(self, source: str, day: int) -> None:
        folder = self.root / source / "_manifest" / day_name(day)
        folder.mkdir(parents=True, exist_ok=True)
        manifest = {
            "source": source,
            "day": day_name(day),
            "files": 0,
            "closed_at": midnight(day + 1),
        }
        (folder / "_empty.json").write_bytes(_encode(manifest) + b"\n")


def _xml(record: Record) -> str:
    """Write a push the way WeChat does: text as CDATA, numbers bare."""
    parts = (
        f"<{name}>{value}</{name}>"
        if isinstance(value, int)
        else f"<{name}><![CDATA[{value}]]></{name}>"
        for name, value in record.items()
    )
    return f"<xml>{''.join(parts)}</xml>"
