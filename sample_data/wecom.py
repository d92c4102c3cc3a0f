"""WeCom: members add the staff of their shop, WeCom tells, and the list of customers is pulled."""

from collections.abc import Iterable
from typing import Any, Final

from sample_data.brand import CORPORATION
from sample_data.people import FOREVER, Person
from sample_data.recorder import Recorder
from sample_data.timeline import DAY_SECONDS, HOUR_SECONDS, day_of, iso, midnight

PUSHES: Final = ("official_account", "wecom_pushes")
CONTACTS: Final = ("official_account", "wecom_contacts")
PAGE_SIZE: Final = 100
FULL_PULL_DAYS: Final = 10
LEAVES_AFTER_DAYS: Final = 11
ADDED_BY_CODE: Final = 1


def staff_of(person: Person) -> str:
    """Return the account of the member of staff whom somebody adds."""
    return f"guide{person.number % 40:02d}"


def _left_staff_at(person: Person) -> int:
    """A few delete the staff again."""
    is_leaving = person.number % 7 == 0 and person.added_staff_at < FOREVER
    return person.added_staff_at + LEAVES_AFTER_DAYS * DAY_SECONDS if is_leaving else FOREVER


def write_staff_pushes(recorder: Recorder, person: Person) -> None:
    """Write what WeCom pushed about one person in the days with daily files."""
    _push(recorder, person, person.added_staff_at, "add_external_contact")
    _push(recorder, person, _left_staff_at(person), "del_follow_user")


def _push(recorder: Recorder, person: Person, at: int, change: str) -> None:
    if not recorder.period.start <= at < recorder.period.end - 2:
        return
    record: dict[str, Any] = {
        "ToUserName": CORPORATION,
        "FromUserName": "sys",
        "CreateTime": at,
        "MsgType": "event",
        "Event": "change_external_contact",
        "ChangeType": change,
        "UserID": staff_of(person),
        "ExternalUserID": person.external_userid,
    }
    if change == "add_external_contact":
        record["State"] = f"store:{person.home_store}"
    recorder.record(PUSHES, at + 1, record)


def pull_staff_contacts(recorder: Recorder, people: Iterable[Person]) -> None:
    """Write the lists of customers: all every ten days, the new ones on the others."""
    customers = [person for person in people if person.external_userid]
    period = recorder.period
    for day in range(period.first_day, period.last_day + 1):
        at = midnight(day + 1) - HOUR_SECONDS // 4
        is_full = (period.last_day - day) % FULL_PULL_DAYS == 0
        listed = [
            person
            for person in customers
            if person.added_staff_at <= at < _left_staff_at(person)
            and (is_full or day_of(person.added_staff_at) == day)
        ]
        for page, first in enumerate(range(0, len(listed), PAGE_SIZE), start=1):
            pairs = [_pair(person, at) for person in listed[first : first + PAGE_SIZE]]
            record = {
                "appid": CORPORATION,
                "pulled_at": iso(at),
                "endpoint": "externalcontact/batch/get_by_user",
                "page": page,
                "reply": {"external_contact_list": pairs},
            }
            recorder.record(CONTACTS, at + page, record)


def _pair(person: Person, at: int) -> dict[str, Any]:
    contact: dict[str, Any] = {"external_userid": person.external_userid, "type": 1, "name": ""}
    unionid = person.unionid_at(at)
    if unionid:
        contact["unionid"] = unionid
    follow = {
        "userid": staff_of(person),
        "createtime": person.added_staff_at,
        "state": f"store:{person.home_store}",
        "add_way": ADDED_BY_CODE,
    }
    return {"external_contact": contact, "follow_info": follow}
