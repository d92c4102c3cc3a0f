"""Mini-program visits in the formats of the Sensors SDK and of WeChat's login and phone replies."""

from typing import Any, Final

from sample_data.dice import Dice
from sample_data.people import Person
from sample_data.recorder import Recorder
from sample_data.subscriptions import popup
from sample_data.timeline import day_of, iso
from sample_data.visits import PROGRAMS, SHARED_CARD, Touch, Visit

EVENTS: Final = ("mini_program", "events")
SCENES: Final = (1089, 1001, 1053, 1005, 1035, 1043, 1047, 1011, 1045, 1007, 1058, 1014)
SCENE_WEIGHTS: Final = (30, 12, 8, 6, 8, 4, 9, 4, 6, 8, 4, 5)
NAMES: Final = {
    "launch": "$MPLaunch",
    "page_view": "$MPViewScreen",
    "hide": "$MPHide",
    "share": "$MPShare",
    "product_view": "ProductView",
    "search": "Search",
    "cart_add": "AddToCart",
    "checkout_start": "CheckoutStart",
    "order_paid": "PayOrder",
    "login_wall": "LoginWall",
    "coupon_claim": "CouponClaim",
}
PAGES: Final = {
    "launch": "pages/index/index",
    "product_view": "pages/goods/detail",
    "search": "pages/search/index",
    "cart_add": "pages/goods/detail",
    "checkout_start": "pages/order/confirm",
    "order_paid": "pages/order/paid",
    "login_wall": "pages/login/index",
    "coupon_claim": "pages/coupon/center",
}
LIB: Final = {"$lib": "MiniProgram", "$lib_version": "1.20.6", "$lib_method": "code"}


class MiniProgramFormat:
    """Writes the visits to both mini-programs."""

    def __init__(self, recorder: Recorder, dice: Dice) -> None:
        """Write through `recorder`; draw details with `dice`."""
        self.recorder = recorder
        self.dice = dice

    def write(self, person: Person, visit: Visit, touches: list[Touch]) -> None:
        """Write one visit: login, events, and what the customer authorises on the way."""
        stay = _Stay(self, person, visit)
        for touch in touches:
            stay.take(touch)


class _Stay:
    """One visit while it is being written."""

    def __init__(self, writer: MiniProgramFormat, person: Person, visit: Visit) -> None:
        self.recorder, self.dice = writer.recorder, writer.dice
        self.person, self.visit = person, visit
        self.appid = PROGRAMS[visit.channel]
        self.openid = person.openids[self.appid]
        self.storage_id = person.storage_ids[self.appid]
        is_logged_in = visit.logs_in or self.dice.chance(0.88)
        self.login_id = person.member_at(visit.at) if is_logged_in else ""
        self.scene = visit.scene or self.dice.choices(SCENES, SCENE_WEIGHTS)[0]
        self.anonymous = {
            "$identity_mp_id": self.storage_id,
            "$identity_anonymous_id": self.storage_id,
        }
        self.identities = self._identities()
        self.sequence = 0

    def _identities(self) -> dict[str, str]:
        found = {**self.anonymous, f"$identity_mp_{self.appid}_openid": self.openid}
        unionid = self.person.unionid_at(self.visit.at)
        if unionid:
            found["$identity_mp_unionid"] = unionid
        if self.login_id:
            found["$identity_login_id"] = self.login_id
        return found

    def take(self, touch: Touch) -> None:
        """Write one touch."""
        if touch.verb == "launch":
            self._launch(touch)
        elif touch.verb == "sign_up":
            self._sign_up(touch.at)
        else:
            self._track(touch.at, NAMES[touch.verb], self.identities, self._properties(touch))
        if touch.verb == "order_paid" and self.dice.chance(0.35):
            popup(self.recorder, self.dice, (self.appid, self.openid), touch.at + 4)

    def _launch(self, touch: Touch) -> None:
        first = {"$is_first_time": self.visit.at == self.person.born, "$url_path": PAGES["launch"]}
        first |= self._shared_by()
        self._track(touch.at, "$MPLaunch", self.anonymous, first)
        self.login(touch.at + 1)
        if self.visit.authorises:
            self._authorise(touch.at + 2, self.visit.authorises)
        if self.visit.unbinds:
            self._unbind(touch.at + 2, self.visit.unbinds)
        self._track(touch.at + 2, "$MPShow", self.identities, {"$url_path": PAGES["launch"]})

    def _shared_by(self) -> dict[str, Any]:
        inviter = self.person.inviter
        if self.visit.scene != SHARED_CARD or inviter is None:
            return {}
        return {"$share_distinct_id": inviter.member_id, "$share_depth": self.person.invited_depth}

    def login(self, at: int) -> None:
        """Write the login service's reply."""
        record: dict[str, Any] = {"type": "mp_login", "appid": self.appid, "openid": self.openid}
        unionid = self.person.unionid_at(at)
        if unionid:
            record["unionid"] = unionid
        if self.login_id:
            record["member_id"] = self.login_id
        record |= {"login_at": iso(at), "scene": self.scene}
        self.recorder.record(("mini_program", "logins"), at + 1, record)

    def _authorise(self, at: int, phone: str) -> None:
        stamp = {"timestamp": at - 1, "appid": self.appid}
        info = {
            "phoneNumber": phone,
            "purePhoneNumber": phone,
            "countryCode": self.dice.choice((86, "86")),  # WeChat's own pages show both
            "watermark": stamp,
        }
        record = {
            "type": "mp_phone",
            "appid": self.appid,
            "openid": self.openid,
            "authorised_at": iso(at),
            "reply": {"errcode": 0, "errmsg": "ok", "phone_info": info},
        }
        self.recorder.record(("mini_program", "phone_authorisations"), at + 1, record)
        # The brand's server refreshes the session with it: the newest word on whose openid it is.
        self.login(at + 5)

    def _sign_up(self, at: int) -> None:
        self.login_id = self.person.member_id
        self.identities = self._identities()
        self._authorise(at - 8, self.person.phone_at(at))
        self._track(at, "$SignUp", self.identities, {}, kind="track_signup")
        mobile = {"$identity_mobile": self.person.phone_at(at)}
        self._track(at + 1, "$BindID", {**self.identities, **mobile}, {}, kind="track_id_bind")
        self.login(at + 2)

    def _unbind(self, at: int, phone: str) -> None:
        """Give a phone up: the one pair to cut, as the SDK reports it."""
        pair = {"$identity_login_id": self.login_id, "$identity_mobile": phone}
        self._track(at, "$UnbindID", pair, {}, kind="track_id_unbind")

    def _properties(self, touch: Touch) -> dict[str, Any]:
        found: dict[str, Any] = {
            "$url_path": PAGES.get(touch.verb, f"pages/{touch.text or 'index'}/index")
        }
        if touch.product is not None:
            price = touch.product.price_fen(day_of(touch.at))
            found |= {"product_id": touch.product.product_id, "category": touch.product.category}
            found |= {"price_fen": price} | ({"quantity": 1} if touch.verb == "cart_add" else {})
        if touch.order is not None:
            found |= {"order_id": touch.order.order_id, "total_fen": touch.order.total_fen}
        if touch.coupon is not None:
            found |= {"coupon_code": touch.coupon.code, "batch_id": touch.coupon.batch_id}
        if touch.verb == "search":
            found["keyword"] = touch.text
        if touch.verb == "share":
            found |= {"$share_depth": 1, "$share_method": "转发消息卡片"}
        if touch.verb == "hide":
            found["event_duration"] = round(max(1.0, touch.at - self.visit.at + 0.25), 3)
        return found

    def _track(
        self,
        at: int,
        event: str,
        identities: dict[str, str],
        properties: dict[str, Any],
        kind: str = "track",
    ) -> None:
        self.sequence += 1
        at_ms = at * 1_000 + (self.sequence * 37) % 900
        distinct_id = self.login_id if "$identity_login_id" in identities else self.storage_id
        track_id = self.recorder.mint.track_id(self.recorder.next_number())
        received = self.recorder.received(at)
        record: dict[str, Any] = {
            "type": kind,
            "event": event,
            "time": at_ms,
            "distinct_id": distinct_id,
            "anonymous_id": self.storage_id,
        }
        if "$identity_login_id" in identities:
            record["login_id"] = self.login_id
        if kind == "track_signup":
            record["original_id"] = self.storage_id
        record |= {
            "identities": identities,
            "properties": {**self._preset(), **properties},
            "lib": LIB,
            "_track_id": track_id,
            "_flush_time": received * 1_000 + 120,
        }
        if len(identities) > len(self.anonymous):
            self.recorder.audience.see(self.appid, self.openid, at, event)
        key = f"{track_id}|{distinct_id}|{at_ms}|{event}"
        self.recorder.event(EVENTS, received, record, (key, self.person.person_id))

    def _preset(self) -> dict[str, Any]:
        return {
            "$lib": "MiniProgram",
            "$scene": f"wx-{self.scene}",
            "$app_id": self.appid,
            "$model": self.person.model,
            "$os": "iOS" if self.person.system == "ios" else "Android",
            "$network_type": "wifi" if self.person.number % 3 else "5g",
            "$timezone_offset": -480,
        }
