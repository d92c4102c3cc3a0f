"""The follower list, page by page, then each follower's details, a hundred a call.

People come and go while the list is paged. That is harmless: a follower seen twice is a duplicate
for the loader, one who slipped between two pages is in tomorrow's list. What is not harmless is a
list that ends early, so the number of openids is compared with the total that WeChat tells.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingestion.wechat.client import Client, Json, Reply
from ingestion.wechat.errors import BadOpenidError
from ingestion.wechat.work_file import Origin, WorkFile
from warehouse.errors import Retryable

LIST_ENDPOINT = "user/get"
DETAILS_ENDPOINT = "user/info/batchget"
DETAILS_A_CALL = 100
MAX_MISSING_RATE = 0.01
LANGUAGE = "zh_CN"
REPEATED_PAGE_TRIES = 3


@dataclass(frozen=True)
class FollowerPull:
    """A pull of the list and the details into two work files, which must be of one `origin`."""

    client: Client
    origin: Origin
    ids: WorkFile
    details: WorkFile

    def run(self) -> dict[str, int]:
        """Pulls what is missing yet; gives numbers of openids and calls.

        Raises:
            Retryable, Fatal: of the call that failed; the next run goes on there.
        """
        followers = self._pull_ids()
        return {"followers": followers, "detail_calls": self._pull_details()}

    def _pull_ids(self) -> int:
        cursors = {""}
        count, total, page, cursor = 0, 0, 0, ""
        for record in self.ids.pages():
            page, cursor = record["page"], _next_cursor(record["reply"])
            cursors.add(cursor)
            count += len(_openids(record["reply"]))
            total = int(record["reply"].get("total", 0))
        while page == 0 or cursor:
            reply = self._new_page(cursor, cursors)
            page, requested = page + 1, {"next_openid": cursor}
            self.ids.add(self.origin, LIST_ENDPOINT, requested, page, reply)
            cursor = _next_cursor(reply.document)
            cursors.add(cursor)
            count += len(_openids(reply.document))
            total = int(reply.document.get("total", 0))
        if count < total * (1 - MAX_MISSING_RATE):
            self.ids.path.unlink()
            raise Retryable(
                f"{self.origin.appid}: the follower list ended after {count} of {total}; the next "
                "run asks for it anew"
            )
        return count

    def _new_page(self, cursor: str, seen: set[str]) -> Reply:
        """The page after the cursor; a page that leads back, or misses openids, is asked again."""
        for _ in range(REPEATED_PAGE_TRIES):
            reply = self.client.get(f"cgi-bin/{LIST_ENDPOINT}", next_openid=cursor)
            is_whole = len(_openids(reply.document)) == int(reply.document.get("count", 0))
            following = _next_cursor(reply.document)
            if is_whole and (not following or following not in seen):
                return reply
        raise Retryable(
            f"{self.origin.appid} {LIST_ENDPOINT}: the same page comes again and again, or lacks "
            "openids; the next run goes on here"
        )

    def _pull_details(self) -> int:
        """One reply a batch; the one before the work file's last is done, the last perhaps half."""
        last = self.details.last_page()
        done = last["page"] - 1 if last else 0
        number = 0
        for number, openids in enumerate(self._batches(), 1):
            if number <= done:
                continue
            for reply, asked in self._details(openids):
                self.details.add(self.origin, DETAILS_ENDPOINT, asked, number, reply)
        return number

    def _details(self, openids: Sequence[str]) -> list[tuple[Reply, Json]]:
        """The replies for some openids; one that WeChat refuses is parted from the others."""
        asked = {"user_list": [{"openid": openid, "lang": LANGUAGE} for openid in openids]}
        try:
            return [(self.client.post(f"cgi-bin/{DETAILS_ENDPOINT}", asked), asked)]
        except BadOpenidError:
            if len(openids) == 1:
                # Lands as a reply without followers; the loader quarantines it with its line.
                return [(Reply('{"errcode": 40003}', {}), asked)]
        half = len(openids) // 2
        return [*self._details(openids[:half]), *self._details(openids[half:])]

    def _batches(self) -> Iterator[list[str]]:
        for record in self.ids.pages():
            openids = _openids(record["reply"])
            for start in range(0, len(openids), DETAILS_A_CALL):
                yield openids[start : start + DETAILS_A_CALL]


def _openids(reply: Json) -> list[str]:
    data: Any = reply.get("data") or {}
    return list(data.get("openid") or [])


def _next_cursor(reply: Json) -> str:
    """Where the next page begins; empty after the last one, which may lack `data`."""
    return str(reply.get("next_openid") or "") if _openids(reply) else ""
