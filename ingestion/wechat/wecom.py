"""The customers of a WeCom corporation: its staff with customers, then their customers in pages."""

from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.wechat.client import Client, Json
from ingestion.wechat.work_file import Origin, WorkFile
from warehouse.errors import Retryable

STAFF_ENDPOINT = "externalcontact/get_follow_user_list"
CONTACTS_ENDPOINT = "externalcontact/batch/get_by_user"
STAFF_A_CALL = 100
CONTACTS_A_PAGE = 100


@dataclass(frozen=True)
class ContactPull:
    """A pull into one work file."""

    client: Client
    origin: Origin
    contacts: WorkFile

    def run(self) -> dict[str, int]:
        """Pulls the pages that are missing yet.

        Raises:
            Retryable, Fatal: of the call that failed; the next run goes on there.
        """
        pages = 0
        last = self.contacts.last_page()
        for staff in self._staff():
            if last and staff != last["requested"]["userid_list"]:
                # Landed by the run before, whose last page is of a later group.
                continue
            cursor = _next_cursor(last["reply"]) if last else ""
            is_done = last is not None and not cursor
            last = None
            if not is_done:
                pages += self._pull_contacts(staff, cursor)
        return {"contact_pages": pages}

    def _staff(self) -> Iterator[list[str]]:
        reply = self.client.get(f"cgi-bin/{STAFF_ENDPOINT}").document
        staff = sorted(map(str, reply.get("follow_user") or []))
        for start in range(0, len(staff), STAFF_A_CALL):
            yield staff[start : start + STAFF_A_CALL]

    def _pull_contacts(self, staff: list[str], cursor: str) -> int:
        seen = {cursor}
        page = 0
        while page == 0 or cursor:
            asked = {"userid_list": staff, "cursor": cursor, "limit": CONTACTS_A_PAGE}
            reply = self.client.post(f"cgi-bin/{CONTACTS_ENDPOINT}", asked)
            page += 1
            self.contacts.add(self.origin, CONTACTS_ENDPOINT, asked, page, reply)
            cursor = _next_cursor(reply.document)
            if cursor and cursor in seen:
                raise Retryable(f"{self.origin.appid} {CONTACTS_ENDPOINT}: the same page again")
            seen.add(cursor)
        return page


def _next_cursor(reply: Json) -> str:
    return str(reply.get("next_cursor") or "")
