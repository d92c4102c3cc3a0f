"""The service account: pushes of follows, menu clicks and messages, and pulled follower lists."""

from collections.abc import Iterable
from typing import Any, Final

from sample_data.brand import ORIGINAL_ID, SERVICE_ACCOUNT
from sample_data.contacts import Contact
from sample_data.dice import Dice
from sample_data.people import Person
from sample_data.recorder import Recorder
from sample_data.shopping import Order, usual_time
from sample_data.timeline import DAY_SECONDS, HOUR_SECONDS, day_of, iso, midnight

PUSHES: Final = ("official_account", "pushes")
PAGE_SIZE: Final = 100
FULL_PULL_DAYS: Final = 10
MENU: Final = ("menu_new", "menu_coupon", "menu_member", "menu_store")
MESSAGES: Final = ("请问什么时候发货", "优惠券怎么用", "你好", "门店几点开门", "想要新品试用")


class OfficialAccountFormat:
    """Writes what followers do and what the list pulls return."""

    def __init__(self, recorder: Recorder, dice: Dice) -> None:
        """Write through `recorder`; draw details with `dice`."""
        self.recorder = recorder
        self.dice = dice

    def write(self, person: Person, orders: list[Order]) -> None:
        """Write one follower's pushes in the days with daily files."""
        start, end = self.recorder.period.start, self.recorder.period.end
        if start <= person.followed_at < end:
            self._push(person, person.followed_at, "subscribe", {"EventKey": _qr(person)})
        if start <= person.unfollowed_at < end:
            self._push(person, person.unfollowed_at, "unsubscribe", {"EventKey": ""})
        for day in range(self.recorder.period.first_day, self.recorder.period.last_day + 1):
            noon = midnight(day) + DAY_SECONDS // 2
            if person.is_active(noon) and self.dice.chance(0.05):
                self._act(person, min(usual_time(self.dice, person, noon), end - 60))
        for order in orders:
            if order.channel == "store" and start <= order.created:
                self._scan(person, order)

    def _scan(self, person: Person, order: Order) -> None:
        """A follower scans the code at the till."""
        if person.is_follower(order.created):
            self._push(person, order.created - 30, "SCAN", {"EventKey": f"store:{order.store_id}"})

    def _act(self, person: Person, at: int) -> None:
        if not person.is_follower(at):
            return
        action = self.dice.choices(("CLICK", "VIEW", "view_miniprogram", "text"), (5, 3, 3, 2))[0]
        if action == "text":
            content = {"Content": self.dice.choice(MESSAGES), "MsgId": self._message_id()}
            self._write(person, at, {"MsgType": "text"} | content)
        elif action == "CLICK":
            self._push(person, at, action, {"EventKey": self.dice.choice(MENU)})
        elif action == "VIEW":
            self._push(
                person, at, action, {"EventKey": "https://shop.example/new", "MenuId": 4_001}
            )
        else:
            self._push(person, at, action, {"EventKey": "pages/index/index", "MenuId": 4_002})

    def _message_id(self) -> int:
        return 25_000_000_000_000_000 + self.recorder.mint.track_id(self.recorder.next_number())

    def _push(self, person: Person, at: int, event: str, more: dict[str, Any]) -> None:
        self._write(person, at, {"MsgType": "event", "Event": event} | more)

    def _write(self, person: Person, at: int, more: dict[str, Any]) -> None:
        openid = person.openids[SERVICE_ACCOUNT]
        record = {
            "ToUserName": ORIGINAL_ID[SERVICE_ACCOUNT],
            "FromUserName": openid,
            "CreateTime": at,
        } | more
        key = str(more["MsgId"]) if "MsgId" in more else f"{openid}|{at}|{more['Event']}"
        self.recorder.event(PUSHES, at + 1, record, (key, person.person_id))

    def template_sent(self, person: Person, contact: Contact) -> None:
        """Write the push that tells how a template message ended."""
        status = "failed:user block" if contact.failed else "success"
        more = {"MsgID": self._message_id() // 1_000_000, "Status": status}
        self._push(person, contact.sent + 3, "TEMPLATESENDJOBFINISH", more)

    def pull_followers(self, people: Iterable[Person]) -> None:
        """Write the follower lists: all of them every ten days, the new ones on the others."""
        fans = [person for person in people if SERVICE_ACCOUNT in person.openids]
        for day in range(self.recorder.period.first_day, self.recorder.period.last_day + 1):
            at = midnight(day + 1) - HOUR_SECONDS // 2
            is_full = (self.recorder.period.last_day - day) % FULL_PULL_DAYS == 0
            listed = [
                person
                for person in fans
                if person.is_follower(at) and (is_full or day_of(person.followed_at) == day)
            ]
            self._pages(listed, at)

    def _pages(self, listed: list[Person], at: int) -> None:
        for number, first in enumerate(range(0, len(listed), PAGE_SIZE), start=1):
            users = [self._user(person, at) for person in listed[first : first + PAGE_SIZE]]
            record = {
                "appid": SERVICE_ACCOUNT,
                "pulled_at": iso(at),
                "endpoint": "user/info/batchget",
                "page": number,
                "reply": {"user_info_list": users},
            }
            self.recorder.record(("official_account", "followers"), at + number, record)

    def _user(self, person: Person, at: int) -> dict[str, Any]:
        user: dict[str, Any] = {"subscribe": 1, "openid": person.openids[SERVICE_ACCOUNT]}
        unionid = person.unionid_at(at)
        if unionid:  # one in a hundred comes with a leading space, as WeChat's own sample does
            user["unionid"] = unionid if person.number % 100 else f" {unionid}"
        user |= {
            "subscribe_time": person.followed_at,
            "remark": "",
            "groupid": 0,
            "tagid_list": [2],
        }
        user |= {"nickname": "", "sex": 0, "language": "zh_CN", "city": ""}
        user |= {"subscribe_scene": _scene(person), "qr_scene": 0, "qr_scene_str": _qr(person)[8:]}
        return user


def _qr(person: Person) -> str:
    """Return the scene of the code that was scanned to follow, with WeChat's prefix, or nothing."""
    if person.number % 3:
        return ""
    return f"qrscene_store:{person.home_store}|guide:G{person.number % 40:02d}"


def _scene(person: Person) -> str:
    scenes = ("ADD_SCENE_QR_CODE", "ADD_SCENE_PAID", "ADD_SCENE_SEARCH")
    return scenes[person.number % 3]
