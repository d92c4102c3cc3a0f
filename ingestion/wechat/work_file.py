"""A pull's replies, one a line, on disk page by page: what broke off goes on where it stopped."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.landing_writer import flush_folder, land, make_folder
from ingestion.wechat.client import Reply

COPY_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Origin:
    """What is the same for all replies of a file: account and when the pull began (ISO 8601)."""

    appid: str
    pulled_at: str


@dataclass(frozen=True)
class WorkFile:
    """The replies of one pull until it is complete; then they land under `place`."""

    path: Path
    place: str

    def pages(self) -> Iterator[dict[str, Any]]:
        """The replies that are there whole, as records; a torn last one is cut off."""
        if not self.path.exists():
            return
        whole = 0
        with self.path.open("rb") as stream:
            for line in stream:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                yield json.loads(line)
        os.truncate(self.path, whole)

    def last_page(self) -> dict[str, Any] | None:
        """The last whole reply, None when there is none."""
        last = None
        for last in self.pages():  # noqa: B007 - the last one is wanted
            pass
        return last

    def add(
        self, origin: Origin, endpoint: str, requested: Mapping[str, Any], page: int, reply: Reply
    ) -> None:
        """Appends a reply; it is on disk when this returns."""
        head = {
            "appid": origin.appid,
            "endpoint": endpoint,
            "requested": requested,
            "pulled_at": origin.pulled_at,
            "page": page,
        }
        text = json.dumps(head, ensure_ascii=False)
        line = f'{text[:-1]}, "reply": {reply.text.strip()}}}\n'
        is_new = not self.path.exists()
        make_folder(self.path.parent)
        with self.path.open("ab") as stream:
            stream.write(line.encode())
            stream.flush()
            os.fsync(stream.fileno())
        if is_new:
            flush_folder(self.path.parent)

    def finish(self, landing_dir: Path) -> int:
        """Lands the file, if there is one, and gives its lines. Raises as `land`."""
        if not self.path.exists():
            return 0
        lines = sum(1 for _ in self.pages())
        if lines:
            land(landing_dir, self.place, self._chunks())
        self.path.unlink()
        return lines

    def _chunks(self) -> Iterator[bytes]:
        with self.path.open("rb") as stream:
            while chunk := stream.read(COPY_BYTES):
                yield chunk
