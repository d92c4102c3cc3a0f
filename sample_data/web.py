"""Visits to the website: Segment events of a cookie, and logins with WeChat."""

from typing import Any, Final

from sample_data.brand import WEBSITE
from sample_data.dice import Dice
from sample_data.people import Person
from sample_data.recorder import Recorder
from sample_data.segment import NAMES, SegmentWriter, properties_of
from sample_data.timeline import iso
from sample_data.visits import Touch, Visit

SILENT: Final = frozenset({"hide", "share", "sign_up"})
PAGES: Final = frozenset({"launch", "page_view"})
CAMPAIGNS: Final = ("moments", "search", "newsletter", "kol", "")
MESSENGER: Final = "Mozilla/5.0 (Linux; Android 14) Mobile MicroMessenger/8.0.50"
BROWSER: Final = "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Safari/605.1.15"
NO_COOKIE: Final = "undefined"
VIRTUAL: Final = 1_000_000_000


class WebFormat:
    """Writes visits to the website, in one's own browser or a friend's."""

    def __init__(self, recorder: Recorder, dice: Dice) -> None:
        """Write through `recorder`; draw details with `dice`."""
        self.recorder, self.dice = recorder, dice
        self.segment = SegmentWriter("web", recorder, dice)

    def write(self, person: Person, visit: Visit, touches: list[Touch]) -> None:
        """Write one visit; nothing when there is no browser at that time."""
        cookie = visit.cookie or person.cookie_at(visit.at)
        if not cookie:
            return
        if not visit.logs_in and self.dice.chance(0.004):
            cookie = NO_COOKIE  # a script blocker: the SDK writes what it does not have
        will_log_in = self.segment.logs_in(person, visit, cookie)
        is_messenger = self.dice.chance(0.35)
        if is_messenger and not visit.cookie and self.dice.chance(0.5):
            self._login_with_wechat(person, cookie, touches[0].at + 2)
        campaign = "newsletter" if visit.scene else self.dice.choice(CAMPAIGNS)
        context = _context(campaign, is_messenger=is_messenger)
        user_id = ""
        for touch in touches:
            if touch.verb == "sign_up" or (will_log_in and touch.verb == "page_view"):
                user_id = user_id or self._identify(person, visit, cookie, touch.at)
            if touch.verb not in SILENT:
                self._track(touch, cookie, context, (user_id, person.person_id))
        if user_id:
            self.segment.known.add((person.number, cookie))

    def _track(
        self, touch: Touch, cookie: str, context: dict[str, Any], owner: tuple[str, str]
    ) -> None:
        envelope, received = self.segment.envelope(touch.at, owner[0])
        is_page = touch.verb in PAGES
        head = {"type": "page"} if is_page else {"type": "track", "event": NAMES[touch.verb]}
        record: dict[str, Any] = head | envelope
        record["anonymousId"] = cookie
        record["context"] = {"page": _page(touch), **context}
        record["properties"] = properties_of(touch)
        self.segment.send(received, record, owner[1])

    def _identify(self, person: Person, visit: Visit, cookie: str, at: int) -> str:
        """Write who logged in, sometimes with what was typed, and return the user id."""
        traits = {}
        email = person.email_at(at)
        if email and not visit.cookie and self.dice.chance(0.5):
            traits["email"] = email.title() if self.dice.chance(0.1) else email
        envelope, received = self.segment.envelope(at, person.member_id)
        record: dict[str, Any] = {"type": "identify"} | envelope
        record |= {"anonymousId": cookie, "traits": traits, "context": {"userAgent": BROWSER}}
        self.segment.send(received, record, person.person_id)
        return person.member_id

    def _login_with_wechat(self, person: Person, cookie: str, at: int) -> None:
        """Write a login inside WeChat; a snapshot user's ids are virtual and nobody's."""
        is_snapshot = self.dice.chance(0.06)
        number = VIRTUAL + self.recorder.next_number() if is_snapshot else person.number
        openid = self.recorder.mint.openid(WEBSITE, number)
        has_userinfo = self.dice.chance(0.75)
        record: dict[str, Any] = {"type": "web_oauth", "appid": WEBSITE, "openid": openid}
        if has_userinfo and person.unionid_at(at):
            record["unionid"] = self.recorder.mint.unionid(number)
        record |= {
            "is_snapshotuser": int(is_snapshot),
            "cookie_id": cookie,
            "scope": "snsapi_userinfo" if has_userinfo else "snsapi_base",
            "login_at": iso(at),
        }
        if not is_snapshot:
            person.openids[WEBSITE] = openid
        self.recorder.record(("web", "oauth_logins"), at + 1, record)


def _page(touch: Touch) -> dict[str, str]:
    path = f"/p/{touch.product.product_id}" if touch.product else f"/{touch.text}"
    return {"url": f"https://shop.example{path}", "path": path, "referrer": "", "title": touch.text}


def _context(campaign: str, *, is_messenger: bool) -> dict[str, Any]:
    context: dict[str, Any] = {"userAgent": MESSENGER if is_messenger else BROWSER}
    if campaign:
        context["campaign"] = {"source": campaign, "medium": "link", "name": "autumn"}
    return context
