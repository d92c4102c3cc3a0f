"""Visits to the app: Segment events of an installation, and logins with WeChat."""

from typing import Any

from sample_data.brand import APP
from sample_data.dice import Dice
from sample_data.invented import ZERO_UUID
from sample_data.people import Device, Person
from sample_data.recorder import Recorder
from sample_data.segment import NAMES, SegmentWriter, properties_of
from sample_data.timeline import iso
from sample_data.visits import Touch, Visit


class AppFormat:
    """Writes visits to the app, on one's own device, a friend's or a shop's."""

    def __init__(self, recorder: Recorder, dice: Dice) -> None:
        """Write through `recorder`; draw details with `dice`."""
        self.recorder = recorder
        self.segment = SegmentWriter("app", recorder, dice)

    def write(self, person: Person, visit: Visit, touches: list[Touch]) -> None:
        """Write one visit; nothing when there is no installation at that time."""
        device = visit.device or person.device_at(visit.at)
        if device is None:
            return
        stay = _Stay(self, person, visit, device)
        stay.begin(touches[0].at)
        for touch in touches:
            stay.take(touch)
        stay.end(touches[-1].at + 3)

    def push(self, person: Person, at: int, event: str, offer_id: str) -> None:
        """Write that a push notification was received or tapped."""
        device = person.device_at(at)
        if device is not None:
            owner = (person.member_at(at), person.person_id)
            self.track(device, at, (event, {"campaign": {"name": offer_id}}), owner)

    def track(
        self, device: Device, at: int, what: tuple[str, dict[str, Any]], owner: tuple[str, str]
    ) -> None:
        """Write one event; `what` is name and properties, `owner` user id and person."""
        event, properties = what
        envelope, received = self.segment.envelope(at, owner[0])
        is_screen = event == "screen"
        head = {"type": "screen", "name": properties["name"]} if is_screen else {"type": "track"}
        record = head | ({} if is_screen else {"event": event}) | envelope
        record["anonymousId"] = device.install_id
        record["context"] = _context(device)
        record["properties"] = properties
        self.segment.send(received, record, owner[1])


class _Stay:
    """One visit while it is being written."""

    def __init__(self, writer: AppFormat, person: Person, visit: Visit, device: Device) -> None:
        self.writer, self.person, self.visit, self.device = writer, person, visit, device
        self.place = (person.number, device.install_id)
        self.is_first = self.place not in writer.segment.known
        self.will_log_in = writer.segment.logs_in(person, visit, device.install_id)
        self.user_id = ""
        self.person_id = "" if device.is_shop else person.person_id

    def _track(self, at: int, event: str, properties: dict[str, Any]) -> None:
        owner = (self.user_id, self.person_id)
        self.writer.track(self.device, at, (event, properties), owner)

    def begin(self, at: int) -> None:
        """Write the installation, if it falls into the days with daily files."""
        is_new = self.is_first and self.device.since >= self.writer.recorder.period.start
        if is_new and self.visit.device is None:
            self._track(at - 2, "Application Installed", {"version": "5.2.0", "build": "520"})

    def take(self, touch: Touch) -> None:
        """Write one touch."""
        if touch.verb == "sign_up" or (self.will_log_in and touch.verb == "page_view"):
            self._sign_in(touch.at)
        if touch.verb == "page_view":
            self._track(touch.at, "screen", {"name": touch.text})
        elif touch.verb != "sign_up":
            self._track(touch.at, NAMES[touch.verb], properties_of(touch))

    def _sign_in(self, at: int) -> None:
        if self.user_id:
            return
        self.user_id, self.person_id = self.person.member_id, self.person.person_id
        self._track(at, "Signed In", {})
        if self.is_first and self.visit.device is None:
            self._login(at)

    def _login(self, at: int) -> None:
        record = {
            "type": "app_wechat_login",
            "appid": APP,
            "openid": self.person.openids[APP],
            "unionid": self.person.unionid_at(at) or None,
            "member_id": self.person.member_id,
            "install_id": self.device.install_id,
            "login_at": iso(at),
        }
        self.writer.recorder.record(("app", "logins"), at + 1, record)

    def end(self, at: int) -> None:
        """Log out of what is not one's own."""
        if self.visit.device is not None:
            self._track(at, "Signed Out", {})
        if self.user_id:
            self.writer.segment.known.add(self.place)


def _context(device: Device) -> dict[str, Any]:
    is_ios = device.system == "ios"
    advertising_id = device.advertising_id or ZERO_UUID
    return {
        "channel": "mobile",
        "device": {
            "id": device.vendor_id.upper() if is_ios else device.vendor_id,
            "advertisingId": advertising_id.upper() if is_ios else advertising_id,
            "adTrackingEnabled": device.advertising_id is not None,
            "type": device.system,
            "model": device.model,
        },
        "os": {"name": "iOS", "version": "18.1"}
        if is_ios
        else {"name": "Android", "version": "15"},
        "app": {"version": "5.2.0"},
        "timezone": "Asia/Shanghai",
    }
