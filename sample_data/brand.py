"""The brand whose customers are made up: accounts, catalogue, shops, seasons, offers.

Everything here is invented. Money is in fen, days are days of the brand's calendar (+08:00).
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sample_data.dice import Dice
from sample_data.timeline import Period, day_of, epoch_day

MALL: Final = "wx00000000000000a1"
STORE_PROGRAM: Final = "wx00000000000000a2"
SERVICE_ACCOUNT: Final = "wx00000000000000b1"
APP: Final = "wx00000000000000c1"
WEBSITE: Final = "wx00000000000000d1"
CORPORATION: Final = "ww00000000000000e1"
OPEN_PLATFORM: Final = "op-brand"
ORIGINAL_ID: Final = {
    MALL: "gh_0000000000a1",
    STORE_PROGRAM: "gh_0000000000a2",
    SERVICE_ACCOUNT: "gh_0000000000b1",
}
ACCOUNT_LETTERS: Final = {
    MALL: "A1",
    STORE_PROGRAM: "A2",
    SERVICE_ACCOUNT: "B1",
    APP: "C1",
    WEBSITE: "D1",
}
MERCHANT: Final = "1900000000"
STORES: Final = tuple(f"SH{number:03d}" for number in range(1, 9))

CATEGORIES: Final = ("coffee", "tea", "snacks", "skincare", "homeware", "pets")
CATEGORY_SHARES: Final = (0.26, 0.18, 0.20, 0.16, 0.12, 0.08)
REPURCHASE_DAYS: Final = (24, 38, 30, 62, 110, 34)
BRANDS: Final = ("云栖", "半山", "Kestrel", "Norrvik", "拾光", "Brightmoor", "青禾里", "Pebble")
_NOUNS: Final = {
    "coffee": ("挂耳咖啡", "冷萃咖啡液", "拼配咖啡豆", "速溶黑咖", "低因咖啡"),
    "tea": ("茉莉花茶", "白桃乌龙", "陈皮普洱", "桂花红茶", "冷泡绿茶"),
    "snacks": ("海盐坚果", "燕麦饼干", "黑巧克力", "冻干水果", "米脆"),
    "skincare": ("氨基酸洁面", "保湿面霜", "防晒乳", "修护精华", "舒缓面膜"),
    "homeware": ("陶瓷马克杯", "手冲壶", "香薰蜡烛", "棉麻桌布", "保温杯"),
    "pets": ("猫粮", "狗粮", "冻干零食", "猫砂", "宠物湿巾"),
}
_BASE_FEN: Final = {
    "coffee": 5_900,
    "tea": 4_500,
    "snacks": 2_900,
    "skincare": 12_900,
    "homeware": 9_900,
    "pets": 7_900,
}

# What is sent, and with which template; the offer's category decides whom it suits.
OFFERS: Final = {
    "coffee": "OF-COFFEE",
    "tea": "OF-TEA",
    "snacks": "OF-SNACKS",
    "skincare": "OF-SKINCARE",
    "homeware": "OF-HOMEWARE",
    "pets": "OF-PETS",
}
TEMPLATES: Final = ("TPL_FAKE_0001", "TPL_FAKE_0002", "TPL_FAKE_0003")


@dataclass(frozen=True, slots=True)
class Product:
    """One article. `prices` are (first day, fen), oldest first."""

    product_id: str
    sku: str
    name: str
    category: str
    brand: str
    cost_fen: int
    prices: tuple[tuple[int, int], ...]
    is_on_sale: bool

    @property
    def keyword(self) -> str:
        """What people type who look for it: its kind, without the brand."""
        return self.name.split()[1]

    def price_fen(self, day: int) -> int:
        """Return the list price on a day (days since 1970-01-01)."""
        known = (fen for since, fen in reversed(self.prices) if since <= day)
        return next(known, self.prices[0][1])


@dataclass(frozen=True, slots=True)
class Season:
    """Days on which the brand gives discounts and people buy more."""

    name: str
    first_day: int
    last_day: int


def seasons(period: Period) -> tuple[Season, ...]:
    """Return the yearly seasons of promotions, mid-year and November, that touch a period."""
    found = []
    for year in range(1970 + period.history_day // 366, 1971 + period.last_day // 365):
        found += [
            Season(f"MID{year}", epoch_day(date(year, 6, 1)), epoch_day(date(year, 6, 20))),
            Season(f"NOV{year}", epoch_day(date(year, 11, 1)), epoch_day(date(year, 11, 11))),
        ]
    first, last = period.history_day, period.last_day
    return tuple(s for s in found if s.last_day >= first and s.first_day <= last)


def catalogue(seed: int, first_day: int, last_day: int) -> tuple[Product, ...]:
    """Return the sixty products, ten a category, with what they cost from `first_day` on."""
    dice = Dice(f"catalogue-{seed}")
    return tuple(
        _product(dice, category, number, (first_day, last_day))
        for category in CATEGORIES
        for number in range(10)
    )


def _product(dice: Dice, category: str, number: int, days: tuple[int, int]) -> Product:
    base = int(_BASE_FEN[category] * (0.6 + 0.09 * number)) // 100 * 100 + dice.choice((0, 50, 90))
    changes = sorted(dice.sample(range(days[0] + 20, days[1]), k=dice.choice((0, 1, 1, 2))))
    prices = [(days[0], base)]
    prices += [(day, int(base * dice.uniform(0.9, 1.12)) // 10 * 10) for day in changes]
    size, noun = divmod(number, len(_NOUNS[category]))
    shelf = CATEGORIES.index(category)
    brand = BRANDS[(shelf * 3 + number) % len(BRANDS)]
    return Product(
        product_id=f"SKU-{shelf}{number}",
        sku=f"{shelf}{number}-{dice.randrange(100, 999)}",
        name=f"{brand} {_NOUNS[category][noun]}{' 大份装' if size else ''}",
        category=category,
        brand=brand,
        cost_fen=int(base * dice.uniform(0.35, 0.6)),
        prices=tuple(prices),
        is_on_sale=dice.chance(0.95),
    )


def season_at(found: tuple[Season, ...], second: int) -> Season | None:
    """Return the season at a time, if any."""
    day = day_of(second)
    return next((season for season in found if season.first_day <= day <= season.last_day), None)
