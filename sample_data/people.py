"""One person: what she owns, how she lives, what she likes."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sample_data.brand import CATEGORIES

if TYPE_CHECKING:
    from sample_data.visits import Visit

FOREVER: Final = 1 << 40
NEVER_AWAY: Final = (FOREVER, FOREVER)


@dataclass(slots=True)
class Held:
    """A value somebody used from `since` until just before `until`."""

    value: str
    since: int
    until: int = FOREVER


@dataclass(slots=True)
class Device:
    """One installation of the app. `vendor_id` is an IDFV or an ANDROID_ID by `system`."""

    system: str
    model: str
    install_id: str
    vendor_id: str
    advertising_id: str | None
    since: int
    until: int = FOREVER
    is_shop: bool = False


@dataclass(frozen=True, slots=True)
class Habits:
    """What a portrait of this person should find.

    `channels` are weights of mall, app and web; `categories` of the brand's categories.
    """

    peak_hour: float
    weekend_weight: float
    channels: tuple[float, ...]
    categories: tuple[float, ...]
    brand_number: int
    promotion: str
    price_sensitivity: float
    contact_channel: str
    visits_per_month: float
    order_gap_days: float

    @property
    def category(self) -> str:
        """The category this person likes best."""
        return CATEGORIES[self.categories.index(max(self.categories))]


@dataclass(slots=True)
class Person:
    """A customer and everything that identifies her, with the times at which that holds."""

    number: int
    habits: Habits
    born: int
    left: int
    away: tuple[int, int]
    unionid: str
    model: str
    birth_date: str
    gender: str
    home_store: str
    unionid_from: int = 0
    member_id: str = ""
    registered_at: int = FOREVER
    followed_at: int = FOREVER
    unfollowed_at: int = FOREVER
    external_userid: str = ""
    added_staff_at: int = FOREVER
    guardian_consent: bool | None = None
    is_verified: bool = True
    inviter: "Person | None" = None
    invited_depth: int = 0
    openids: dict[str, str] = field(default_factory=dict)
    storage_ids: dict[str, str] = field(default_factory=dict)
    phones: list[Held] = field(default_factory=list)
    emails: list[Held] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    cookies: list[Held] = field(default_factory=list)
    scenarios: list[str] = field(default_factory=list)
    updates: list[int] = field(default_factory=list)
    visits: "list[Visit]" = field(default_factory=list)

    @property
    def person_id(self) -> str:
        """The name of this person in the planted truth."""
        return f"P{self.number:07d}"

    @property
    def is_member(self) -> bool:
        """Whether this person ever registers."""
        return bool(self.member_id)

    @property
    def system(self) -> str:
        """The phone's operating system."""
        return "ios" if self.model.startswith("iPhone") else "android"

    def is_active(self, second: int) -> bool:
        """Return whether the person does anything with the brand at that time."""
        is_away = self.away[0] <= second < self.away[1]
        return self.born <= second < self.left and not is_away

    def member_at(self, second: int) -> str:
        """Return the member id at a time, or an empty string before the registration."""
        return self.member_id if second >= self.registered_at else ""

    def unionid_at(self, second: int) -> str:
        """Return the unionid as the brand's systems know it at a time, or an empty string."""
        return self.unionid if second >= self.unionid_from else ""

    def phone_at(self, second: int) -> str:
        """Return the phone in use at a time, or an empty string."""
        return _at(self.phones, second)

    def email_at(self, second: int) -> str:
        """Return the mail address in use at a time, or an empty string."""
        return _at(self.emails, second)

    def cookie_at(self, second: int) -> str:
        """Return the browser's cookie at a time, or an empty string."""
        return _at(self.cookies, second)

    def device_at(self, second: int) -> Device | None:
        """Return the installation of the app in use at a time."""
        return next((d for d in reversed(self.devices) if d.since <= second < d.until), None)

    def is_follower(self, second: int) -> bool:
        """Return whether the person follows the service account at a time."""
        return self.followed_at <= second < self.unfollowed_at


def _at(held: list[Held], second: int) -> str:
    return next((h.value for h in reversed(held) if h.since <= second < h.until), "")
