"""How people come to be: lives, habits, memberships, and the channels they use."""

from typing import Final

from sample_data.brand import (
    APP,
    BRANDS,
    CATEGORIES,
    CATEGORY_SHARES,
    MALL,
    REPURCHASE_DAYS,
    SERVICE_ACCOUNT,
    STORE_PROGRAM,
    STORES,
)
from sample_data.dice import Dice
from sample_data.invented import Mint
from sample_data.people import FOREVER, NEVER_AWAY, Device, Habits, Held, Person
from sample_data.timeline import DAY_SECONDS, HOUR_SECONDS, Period, day_of, midnight

IOS_MODELS: Final = ("iPhone14,7", "iPhone15,3", "iPhone15,4", "iPhone16,1", "iPhone17,2")
ANDROID_MODELS: Final = ("PBEM00", "V2241A", "23013RK75C", "ALN-AL00", "SM-S9210")
PEAK_HOURS: Final = {8.5: 0.16, 12.5: 0.22, 18.5: 0.12, 20.5: 0.32, 22.0: 0.18}
PROMOTIONS: Final = {
    "coupon": 0.35,
    "group_buy": 0.15,
    "flash_sale": 0.15,
    "bargain": 0.07,
    "none": 0.28,
}
CONTACT_CHANNELS: Final = {
    "mp_subscribe": 0.34,
    "official_account": 0.26,
    "sms": 0.18,
    "email": 0.08,
    "push": 0.14,
}
GENDERS: Final = {"female": 0.52, "male": 0.33, "unknown": 0.15}
LIVES: Final = {"new": 0.20, "gone": 0.13, "back": 0.08, "leaving": 0.05, "steady": 0.54}
MALL_NUMBER, APP_NUMBER, WEB_NUMBER = range(3)
CHANNEL_SHARES: Final = (0.60, 0.24, 0.16)
WEAKER_SHARES: Final = (0.18, 0.10, 0.10)


def draw_person(dice: Dice, mint: Mint, number: int, period: Period) -> Person:
    """Return a person of no particular scenario; all that is drawn comes from `dice`."""
    born, left, away = _life(dice, period)
    born = midnight(day_of(born)) + dice.randrange(30_000, 83_000)
    person = Person(
        number=number,
        habits=_habits(dice),
        born=min(born, period.end - 2 * HOUR_SECONDS),
        left=left,
        away=away,
        unionid=mint.unionid(number),
        model=dice.choice(IOS_MODELS if dice.chance(0.45) else ANDROID_MODELS),
        birth_date=_birth_date(dice, 1961, 2008),
        gender=dice.weighted(GENDERS),
        home_store=dice.choice(STORES),
    )
    _choose_membership(dice, mint, person, period)
    _choose_channels(dice, mint, person)
    _choose_follow(dice, mint, person, period)
    _choose_staff(dice, mint, person, period)
    return person


def _birth_date(dice: Dice, first_year: int, end_year: int) -> str:
    year = dice.randrange(first_year, end_year)
    return f"{year}-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}"


def _life(dice: Dice, period: Period) -> tuple[int, int, tuple[int, int]]:
    """Return when a life with the brand begins, ends, and pauses."""
    birth, start, end = period.birth, period.start, period.end
    early = birth + int(dice.random() * (start - birth) * 0.6)
    kind = dice.weighted(LIVES)
    if kind == "new":  # a third of them come once and never again
        born = start + int(dice.random() ** 1.1 * (end - start))
        return born, born + DAY_SECONDS if dice.chance(0.33) else FOREVER, NEVER_AWAY
    if kind == "gone":
        gone = early + int(dice.uniform(0.1, 0.9) * (start - 45 * DAY_SECONDS - early))
        return early, gone, NEVER_AWAY
    if kind == "back":
        back = start + int(dice.random() * (end - start) * 0.8)
        return early, FOREVER, (back - dice.randrange(60, 110) * DAY_SECONDS, back)
    if kind == "leaving":
        return early, start + int(dice.random() * (end - start)), NEVER_AWAY
    return birth + int(dice.random() * (start - birth) * 0.97), FOREVER, NEVER_AWAY


def _habits(dice: Dice) -> Habits:
    favourite = dice.choices(range(len(CATEGORIES)), CATEGORY_SHARES)[0]
    channel = dice.choices(range(len(CHANNEL_SHARES)), CHANNEL_SHARES)[0]
    promotion = dice.weighted(PROMOTIONS)
    likes_none = promotion == "none"
    return Habits(
        peak_hour=dice.weighted(PEAK_HOURS) + dice.gauss(0, 0.7),
        weekend_weight=dice.choice((0.5, 0.8, 1.0, 1.3, 2.4)),
        channels=_weights(dice, WEAKER_SHARES, channel),
        categories=_weights(dice, CATEGORY_SHARES, favourite),
        brand_number=dice.randrange(len(BRANDS)),
        promotion=promotion,
        price_sensitivity=dice.betavariate(1.2, 4) if likes_none else dice.betavariate(3, 2),
        contact_channel=dice.weighted(CONTACT_CHANNELS),
        visits_per_month=min(30.0, dice.lognormvariate(1.35, 0.65)),
        order_gap_days=REPURCHASE_DAYS[favourite] * dice.lognormvariate(0.45, 0.5),
    )


def _weights(dice: Dice, shares: tuple[float, ...], favourite: int) -> tuple[float, ...]:
    raw = [share * dice.uniform(0.2, 1.0) for share in shares]
    raw[favourite] += dice.uniform(0.6, 1.6)
    return tuple(weight / sum(raw) for weight in raw)


def _choose_membership(dice: Dice, mint: Mint, person: Person, period: Period) -> None:
    delay_days = dice.choice((0, 0, 0, 1, 2, 4, 9))
    at = person.born + delay_days * DAY_SECONDS + dice.randrange(120, 900)
    if at >= min(period.end - HOUR_SECONDS, person.left) or not dice.chance(0.74):
        return
    register(person, mint, at)
    person.is_verified = dice.chance(0.88)
    if dice.chance(0.02):
        person.birth_date = _birth_date(dice, 2009, 2015)
        person.guardian_consent = dice.chance(0.6)
    if dice.chance(0.45):
        person.emails.append(Held(mint.email(person.number), at))


def register(person: Person, mint: Mint, at: int) -> None:
    """Make somebody a member from a time on, with a phone of her own."""
    person.member_id = mint.member_id(person.number)
    person.registered_at = at
    if not person.phones:
        person.phones.append(Held(mint.phone(person.number * 4), at))


def _choose_channels(dice: Dice, mint: Mint, person: Person) -> None:
    """Members use several; without a login nothing would tie two channels together."""
    weights = person.habits.channels
    used = {weights.index(max(weights))}
    if person.is_member:
        more = {MALL_NUMBER: 0.80, APP_NUMBER: 0.22, WEB_NUMBER: 0.20}
        used |= {number for number, share in more.items() if dice.chance(share)}
    if MALL_NUMBER in used:
        use_program(person, mint, MALL)
    if APP_NUMBER in used:
        add_device(dice, person, mint, person.born)
    if WEB_NUMBER in used:
        add_cookie(person, mint, person.born)


def use_program(person: Person, mint: Mint, appid: str) -> None:
    """Give somebody an openid and a storage id in a mini-program."""
    person.openids[appid] = mint.openid(appid, person.number)
    person.storage_ids[appid] = mint.storage_id(appid, person.number, person.born * 1_000)


def use_both_programs(person: Person, mint: Mint) -> None:
    """Let somebody use the brand's second mini-program as well."""
    for appid in (MALL, STORE_PROGRAM):
        use_program(person, mint, appid)


def add_cookie(person: Person, mint: Mint, since: int, until: int = FOREVER) -> None:
    """Let somebody's browser get a cookie."""
    number = person.number * 32 + len(person.cookies)
    person.cookies.append(Held(mint.uuid("cookie", number), since, until))


def add_device(dice: Dice, person: Person, mint: Mint, since: int) -> Device:
    """Install the app on a new device of somebody's."""
    number = person.number * 16 + len(person.devices)
    is_ios = person.system == "ios"
    has_advertising_id = dice.chance(0.4 if is_ios else 0.6)
    device = Device(
        system=person.system,
        model=person.model,
        install_id=mint.uuid("install", number),
        vendor_id=mint.uuid("vendor", number) if is_ios else mint.android_id(number),
        advertising_id=mint.uuid("advertising", number) if has_advertising_id else None,
        since=since,
    )
    person.devices.append(device)
    if person.is_member:
        person.openids[APP] = mint.openid(APP, person.number)
    return device


def _choose_follow(dice: Dice, mint: Mint, person: Person, period: Period) -> None:
    """Some follow the service account, most of them some days after the first visit."""
    wants = dice.chance(0.55 if person.is_member else 0.2)
    days = dice.expovariate(1 / 20)
    at = person.born + int(days * DAY_SECONDS) + dice.randrange(600, 7_200)
    if not wants or not person.openids or at >= min(period.end - HOUR_SECONDS, person.left):
        return
    person.openids[SERVICE_ACCOUNT] = mint.openid(SERVICE_ACCOUNT, person.number)
    person.followed_at = at
    if dice.chance(0.12):
        person.unfollowed_at = at + int(dice.expovariate(1 / 60) * DAY_SECONDS) + HOUR_SECONDS


def _choose_staff(dice: Dice, mint: Mint, person: Person, period: Period) -> None:
    """Some members add the staff of their shop in WeCom, some days after they registered."""
    at = person.registered_at + int(dice.expovariate(1 / 30) * DAY_SECONDS) + HOUR_SECONDS
    if person.is_member and dice.chance(0.22) and at < min(period.end - HOUR_SECONDS, person.left):
        person.external_userid = mint.external_userid(person.number)
        person.added_staff_at = at
