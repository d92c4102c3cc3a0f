from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_data.brand import MALL, catalogue, season_at, seasons
from sample_data.dice import Dice
from sample_data.invented import Mint
from sample_data.timeline import Period, day_of, epoch_day, is_weekend, iso, iso_utc, midnight

SHANGHAI = timezone(timedelta(hours=8))
seconds = st.integers(0, 4_000_000_000)


@given(seconds)
def test_iso_is_the_same_moment_in_the_brands_zone(second: int):
    assert iso(second) == datetime.fromtimestamp(second, SHANGHAI).isoformat()


@given(st.integers(0, 4_000_000_000_000))
def test_iso_utc_is_the_same_moment_in_utc(ms: int):
    written = datetime.fromisoformat(iso_utc(ms))
    assert written == datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms)
    assert iso_utc(ms).endswith("Z")


@given(seconds)
def test_a_day_begins_at_its_midnight_in_the_brands_zone(second: int):
    day = day_of(second)
    assert midnight(day) <= second < midnight(day + 1)
    local = datetime.fromtimestamp(second, SHANGHAI).date()
    assert epoch_day(local) == day
    assert is_weekend(day) == (local.weekday() >= 5)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(14, 90), st.data())
def test_a_line_lands_on_its_day_or_at_the_end_of_its_month(
    last_day: date, days: int, data: st.DataObject
):
    period = Period.ending(last_day, days)
    assert period.last_day - period.first_day == days - 1
    second = data.draw(st.integers(period.birth, period.end - 1))
    folder, day = period.folder_day(second), day_of(second)
    if day >= period.first_day:
        assert folder == day
    else:
        assert day <= folder < period.first_day
        same_month = datetime.fromtimestamp(second, SHANGHAI).strftime("%Y-%m")
        assert datetime.fromtimestamp(midnight(folder), SHANGHAI).strftime("%Y-%m") == same_month


def test_the_history_has_thirteen_months_before_the_daily_days():
    period = Period.ending(date(2026, 11, 21), 30)
    assert period.first_day == epoch_day(date(2026, 10, 23))
    assert period.history_day == epoch_day(date(2025, 9, 1))


@pytest.mark.parametrize(
    "make", ["unionid", "member_id", "phone", "email", "android_id", "track_id"]
)
def test_minted_values_are_unique(make: str):
    mint = Mint(11)
    assert len({getattr(mint, make)(number) for number in range(50_000)}) == 50_000


def test_openids_are_28_characters_and_differ_between_accounts():
    mint = Mint(11)
    values = {mint.openid(appid, 5) for appid in (MALL, "wx00000000000000b1")}
    assert {len(value) for value in values} == {28}
    assert len(values) == 2


def test_the_catalogue_has_sixty_products_in_six_categories_of_eight_brands():
    products = catalogue(1, epoch_day(date(2025, 9, 1)), epoch_day(date(2026, 11, 21)))
    assert len({product.product_id for product in products}) == 60
    assert len({product.category for product in products}) == 6
    assert len({product.brand for product in products}) == 8
    assert all(p.price_fen(p.prices[0][0] - 5) == p.prices[0][1] for p in products)
    assert all(p.price_fen(p.prices[-1][0]) == p.prices[-1][1] for p in products)


def test_a_period_of_14_months_has_three_seasons_and_a_price_in_between_has_none():
    period = Period.ending(date(2026, 11, 21), 30)
    found = seasons(period)
    assert [season.name for season in found] == ["NOV2025", "MID2026", "NOV2026"]
    assert season_at(found, midnight(epoch_day(date(2026, 11, 11)))) == found[2]
    assert season_at(found, midnight(epoch_day(date(2026, 11, 12)))) is None


def test_dice_fall_as_often_as_their_weights_say():
    dice = Dice("test")
    assert sum(dice.chance(0.3) for _ in range(10_000)) == pytest.approx(3_000, abs=200)
    drawn = [dice.weighted({"a": 3, "b": 1}) for _ in range(10_000)]
    assert drawn.count("a") == pytest.approx(7_500, abs=200)
