"""The ten situations that make identities hard to tell apart, dealt to a part of the people.

Each situation leaves enough evidence to be solved: who used something last is seen using it, people
who share something have accounts of their own, a shop's tablet has served more people than any
household. The shares are of a whole population; a person has one situation at most.
"""

from collections.abc import Callable, Iterator
from typing import Final

from sample_data.births import (
    add_cookie,
    add_device,
    register,
    use_both_programs,
    use_program,
)
from sample_data.brand import APP, MALL
from sample_data.dice import Dice
from sample_data.invented import Mint
from sample_data.people import FOREVER, NEVER_AWAY, Device, Held, Person
from sample_data.timeline import DAY_SECONDS, HOUR_SECONDS, Period, midnight
from sample_data.visits import Visit

SHARE: Final = 0.044
TABLET_MEMBERS: Final = 28
SMALLEST_TABLET: Final = 24


class Casting:
    """Deals situations; `tablets` are the shops' devices, which belong to nobody."""

    def __init__(self, dice: Dice, mint: Mint, period: Period) -> None:
        """Deal with `dice` alone, so that the same seed deals the same."""
        self.dice = dice
        self.mint = mint
        self.period = period
        self.tablets: list[Device] = []

    def deal(self, people: list[Person]) -> None:
        """Give each of the ten situations to at least `SHARE` of the people."""
        rest = people[:]
        self.dice.shuffle(rest)
        count = max(2, round(len(people) * SHARE / 2 + 0.5) * 2)
        for play, size in self._plays(count):
            name = play.__name__
            taken, rest = rest[:size], rest[size:]
            for person in taken:
                person.scenarios.append(name)
            play(taken)

    def _plays(self, count: int) -> list[tuple[Callable[[list[Person]], None], int]]:
        return [
            (self.shop_tablet, max(SMALLEST_TABLET, count)),
            (self.family_phone, count),
            (self.recycled_number, count),
            (self.two_wechat_accounts, count),
            (self.friends_device, count),
            (self.several_phones, count),
            (self.several_mini_programs, count),
            (self.late_unionid, count),
            (self.reinstalled_app, count),
            (self.purged_cookies, count),
        ]

    def _between(self, first: int, last: int) -> int:
        """Return a waking hour of a day between two times."""
        day = self.dice.randrange(first, max(first + 1, last)) // DAY_SECONDS * DAY_SECONDS
        return day + self.dice.randrange(1 * HOUR_SECONDS, 13 * HOUR_SECONDS)

    def _settle(self, person: Person, first: int, last: int) -> None:
        """Make somebody a verified member since some time between two times, still around."""
        at = self._between(first, last)
        person.born, person.left, person.away = at - 900, FOREVER, NEVER_AWAY
        person.phones.clear()
        register(person, self.mint, at)
        person.is_verified = True
        use_program(person, self.mint, MALL)
        for device in person.devices:
            device.since = person.born
        for cookie in person.cookies:
            cookie.since = person.born
        for address in person.emails:
            address.since = at
        if person.devices:
            person.openids[APP] = self.mint.openid(APP, person.number)
        if person.followed_at < FOREVER:
            person.followed_at = at + 2 * DAY_SECONDS
            person.unfollowed_at = FOREVER

    def _settle_early(self, person: Person) -> None:
        self._settle(person, self.period.birth, self.period.start - 30 * DAY_SECONDS)

    def _in_window(self, before_end_days: int = 4) -> int:
        return self._between(
            self.period.start + DAY_SECONDS, self.period.end - before_end_days * DAY_SECONDS
        )

    def _until_end(self, second: int) -> int:
        """Return a waking time after `second`, at the latest on the day before the last."""
        return self._between(
            second // DAY_SECONDS * DAY_SECONDS + DAY_SECONDS, self.period.end - DAY_SECONDS
        )

    def shop_tablet(self, people: list[Person]) -> None:
        """A shop's tablet on which many members look up their account."""
        count = max(1, len(people) // TABLET_MEMBERS)
        for number in range(count):
            guests = people[number::count]
            tablet = self._tablet(guests[0].number)
            for person in guests:
                self._settle_early(person)
                for _ in range(self.dice.choice((1, 1, 2))):
                    at = self._in_window(1)
                    person.visits.append(Visit(at, "app", device=tablet, logs_in=True))

    def _tablet(self, number: int) -> Device:
        tablet = Device(
            system="ios",
            model="iPad14,1",
            install_id=self.mint.uuid("tablet-install", number),
            vendor_id=self.mint.uuid("tablet-vendor", number),
            advertising_id=None,
            since=self.period.start,
            is_shop=True,
        )
        self.tablets.append(tablet)
        return tablet

    def family_phone(self, people: list[Person]) -> None:
        """Two members of a household verify the same phone, one after the other."""
        middle = self.period.end - 12 * DAY_SECONDS
        for first, second in _pairs(people):
            self._settle_early(first)
            self._settle(second, self.period.start - 60 * DAY_SECONDS, middle)
            shared, taken = first.phones[0], second.registered_at
            first.registered_at = min(first.registered_at, taken - 30 * DAY_SECONDS)
            first.born = first.registered_at - 900
            shared.since, shared.until = first.registered_at, taken
            second.phones = [Held(shared.value, taken)]
            self._part(first, second)

    def _part(self, first: Person, second: Person) -> None:
        """Some take the shared number back, some get one of their own and unbind the shared one."""
        shared, taken = first.phones[0].value, second.registered_at
        if self.dice.chance(0.25):
            back = self._until_end(taken + DAY_SECONDS)
            second.phones[0].until = back
            first.phones.append(Held(shared, back))
            return
        first.visits.append(Visit(taken - HOUR_SECONDS, "mall", unbinds=shared, logs_in=True))
        if self.dice.chance(0.6):
            own = self.mint.phone(first.number * 4 + 1)
            first.phones.append(Held(own, taken + 2 * HOUR_SECONDS))

    def recycled_number(self, people: list[Person]) -> None:
        """A number that was given up is given to somebody else months later."""
        for old, new in _pairs(people):
            start = self.period.start
            self._settle(old, self.period.birth, start - 200 * DAY_SECONDS)
            old.left = self._between(
                old.registered_at + 20 * DAY_SECONDS, start - 100 * DAY_SECONDS
            )
            old.phones[0].until = old.left
            self._settle(new, start - 20 * DAY_SECONDS, self.period.end - 3 * DAY_SECONDS)
            new.phones = [Held(old.phones[0].value, new.registered_at)]

    def two_wechat_accounts(self, people: list[Person]) -> None:
        """A member's second WeChat account authorises the member's phone in the mall."""
        for person, other in _pairs(people):
            self._settle_early(person)
            other.member_id, other.registered_at = "", FOREVER
            other.phones, other.emails, other.devices, other.cookies = [], [], [], []
            other.openids.pop(APP, None)
            use_program(other, self.mint, MALL)
            other.born, other.left, other.away = person.born + 7_200, FOREVER, NEVER_AWAY
            other.habits, other.model = person.habits, person.model
            at = self._in_window()
            other.visits.append(Visit(at, "mall", authorises=person.phones[0].value))
            other.visits.append(Visit(self._until_end(at), "mall"))
            person.updates.append(self._until_end(at))

    def friends_device(self, people: list[Person]) -> None:
        """A member logs in on the device of a friend, who goes on using it."""
        for guest, host in _pairs(people):
            self._settle_early(guest)
            self._settle_early(host)
            at = self._in_window()
            if self.dice.chance(0.6):  # the app more often than the web
                device = (host.devices or [add_device(self.dice, host, self.mint, host.born)])[0]
                guest.visits.append(Visit(at, "app", device=device, logs_in=True))
                self._return(host, at, "app")
            else:
                if not host.cookies:
                    add_cookie(host, self.mint, host.born)
                guest.visits.append(Visit(at, "web", cookie=host.cookies[0].value, logs_in=True))
                self._return(host, at, "web")

    def _return(self, host: Person, at: int, channel: str) -> None:
        """The owner of a borrowed device was there before, and uses it again afterwards."""
        for moment in (at - DAY_SECONDS, self._until_end(at)):
            host.visits.append(Visit(moment, channel, logs_in=True))

    def several_phones(self, people: list[Person]) -> None:
        """Two or three numbers over time."""
        for person in people:
            self._settle_early(person)
            for number in range(1, self.dice.choice((2, 2, 3))):
                last = person.phones[-1]
                last.until = self._between(last.since + 10 * DAY_SECONDS, self.period.end)
                last.until = min(last.until, self.period.end - 3 * HOUR_SECONDS)
                value = self.mint.phone(person.number * 4 + number)
                person.phones.append(Held(value, last.until))

    def several_mini_programs(self, people: list[Person]) -> None:
        """The mall and the shops' own mini-program."""
        for person in people:
            person.left, person.away = FOREVER, NEVER_AWAY
            use_both_programs(person, self.mint)
            for program in ("mall", "store_program"):
                person.visits.append(Visit(self._after_birth(person), program))

    def _after_birth(self, person: Person) -> int:
        first = max(self.period.start, person.born + 600)
        return self.dice.randrange(first, max(first + 1, self.period.end - HOUR_SECONDS))

    def late_unionid(self, people: list[Person]) -> None:
        """An openid that is seen for weeks before its unionid is."""
        for person in people:
            self._settle(person, self.period.birth, self.period.start + 5 * DAY_SECONDS)
            days = self.dice.randrange(3, 8)
            person.unionid_from = midnight(self.period.last_day - days)
            before = self._between(
                max(person.registered_at + DAY_SECONDS, self.period.start), person.unionid_from
            )
            person.visits.append(Visit(before, "mall"))
            person.visits.append(Visit(self._until_end(person.unionid_from), "mall"))

    def reinstalled_app(self, people: list[Person]) -> None:
        """The app was removed and installed again: a new install id, on iOS a new IDFV."""
        for person in people:
            self._settle_early(person)
            if not person.devices:
                add_device(self.dice, person, self.mint, person.born)
            person.visits.append(Visit(self.period.start + DAY_SECONDS // 2, "app"))
            since = self.period.start + DAY_SECONDS
            for _ in range(self.dice.choice((1, 1, 2))):
                since = self._between(since + DAY_SECONDS, self.period.end - 4 * DAY_SECONDS)
                self._reinstall(person, since)

    def _reinstall(self, person: Person, since: int) -> None:
        old = person.devices[-1]
        old.until = since
        new = add_device(self.dice, person, self.mint, since)
        new.advertising_id = old.advertising_id
        if new.system == "android":
            new.vendor_id = old.vendor_id
        person.visits.append(Visit(since + 1_200, "app"))

    def purged_cookies(self, people: list[Person]) -> None:
        """A browser that forgets its cookie every few days."""
        for person in people:
            self._settle_early(person)
            person.cookies.clear()
            since = person.born
            first = self.period.start - self.dice.randrange(6) * DAY_SECONDS
            for number in range(self.dice.randrange(4, 8)):
                until = first + (number + 1) * 6 * DAY_SECONDS
                add_cookie(person, self.mint, since, until)
                since = until
                if self.period.start < until - DAY_SECONDS < self.period.end:
                    person.visits.append(Visit(until - DAY_SECONDS, "web"))
            person.cookies[-1].until = FOREVER


def _pairs(people: list[Person]) -> Iterator[tuple[Person, Person]]:
    return zip(people[::2], people[1::2], strict=False)
