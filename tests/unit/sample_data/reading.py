"""A reader of a sample's files that shares no code with their writer."""

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from sample_data import SampleSummary

Kind = tuple[str, str]


@dataclass
class Sample:
    root: Path
    summary: SampleSummary

    @cached_property
    def defects(self) -> dict[tuple[str, int], str]:
        return {(row["path"], int(row["line"])): row["kind"] for row in self.truth("defects")}

    def truth(self, name: str) -> list[dict[str, str]]:
        with (self.root / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def files(self) -> list[str]:
        landing = self.root / "landing"
        found = (path.relative_to(landing) for path in landing.rglob("*") if path.is_file())
        return sorted(str(path) for path in found if "_manifest" not in path.parts)

    def lines(self) -> Iterator[tuple[str, int, bytes]]:
        """Every line but a CSV's header, with its path and its number from 1."""
        for name in self.files():
            content = (self.root / "landing" / name).read_bytes()
            content = gzip.decompress(content) if name.endswith(".gz") else content
            assert content.endswith(b"\n")
            for number, line in enumerate(content[:-1].split(b"\n"), start=1):
                if ".csv" not in name or number > 1:
                    yield name, number, line

    @cached_property
    def records(self) -> dict[Kind, list[dict[str, Any]]]:
        """What the lines without a defect say, by kind."""
        found: dict[Kind, list[dict[str, Any]]] = {}
        for name, number, line in self.lines():
            if (name, number) not in self.defects and ".csv" not in name:
                found.setdefault(kind_of(name), []).append(parse(name, line))
        return found


def kind_of(name: str) -> Kind:
    source, kind, *_ = name.split("/")
    return source, kind


def parse(name: str, line: bytes) -> dict[str, Any]:
    if ".xml" in name:
        return {element.tag: element.text for element in ET.fromstring(line.decode())}  # noqa: S314 - our own file
    record = json.loads(line.decode())
    assert isinstance(record, dict)
    return record
