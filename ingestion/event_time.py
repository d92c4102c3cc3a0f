"""How sources write times, as expressions that give microseconds since 1970 in UTC."""

from datetime import date

from ingestion.contract import TimeField
from ingestion.expressions import Extraction

SHANGHAI_OFFSET_MICROSECONDS = 8 * 3600 * 1_000_000
FIRST_YEAR, LAST_YEAR = 2000, 2099

_CLOCK = r"[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?"
_ISO_8601 = rf"^\d{{4}}-\d{{2}}-\d{{2}}({_CLOCK})?$"
_ISO_8601_WITH_OFFSET = rf"^\d{{4}}-\d{{2}}-\d{{2}}{_CLOCK} ?(Z|[+-]\d{{2}}(:?\d{{2}})?)$"
# A day, a week by its two ends, a month: the last two stand for their first day.
_DAY = r"^(\d{4}-\d{2}-\d{2}|\d{8}(-\d{8})?|\d{6})$"
_MICROSECONDS = {"s": 1_000_000, "ms": 1_000, "us": 1}
_TEN_DIGIT_SECONDS = 100_000_000_000  # read as milliseconds this would be March 1973


def microseconds(e: Extraction, spec: TimeField) -> str:
    """The time of the record; null when it cannot be read in the unit."""
    value = f"trim({e.first(spec.path)})"
    if spec.unit in _MICROSECONDS:
        number = f"try_cast({value} as decimal(38, 6))"
        factor = f"{_MICROSECONDS[spec.unit]}"
        if spec.unit == "ms":
            factor = f"case when abs({number}) < {_TEN_DIGIT_SECONDS} then 1000000 else 1000 end"
        is_number = rf"regexp_matches({value}, '^-?\d{{1,18}}(\.\d{{1,9}})?$')"
        return f"case when {is_number} then try_cast({number} * {factor} as bigint) end"
    zone = e.bind(spec.zone)
    if spec.unit == "date":
        day = f"left(replace({value}, '-', '') || '01', 8)"
        parsed = f"try_cast(try_strptime({day}, '%Y%m%d')::varchar || {zone} as timestamptz)"
        return f"case when regexp_matches({value}, '{_DAY}') then epoch_us({parsed}) end"
    text = f"replace({value}, ',', '.')"
    with_offset = f"replace({text}, ' Z', 'Z')"
    return f"""epoch_us(try_cast(case
        when regexp_matches({value}, '{_ISO_8601_WITH_OFFSET}') then {with_offset}
        when regexp_matches({value}, '{_ISO_8601}')
            then case when length({value}) = 10 then {text} || ' 00:00:00' else {text} end || {zone}
    end as timestamptz))"""


def year_start(year: int) -> int:
    """Where a year begins in Shanghai, in microseconds since 1970."""
    return day_start(date(year, 1, 1))


def day_start(day: date) -> int:
    """Midnight in Shanghai, in microseconds since 1970."""
    days = (day - date(1970, 1, 1)).days
    return days * 24 * 3600 * 1_000_000 - SHANGHAI_OFFSET_MICROSECONDS
