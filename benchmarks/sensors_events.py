"""Generated Sensors events of a mini-program: at least 430 bytes a line, 40,000 people."""

from pathlib import Path

import duckdb

LINE_BYTES = 430

# Members, openids and times repeat as in life; every line is an event of its own.
_EVENTS = """
select to_json({
    '_track_id': 100000000 + n + $first,
    'time': 1795132800000 + (n * 97) % 57600000,
    '_flush_time': 1795132800000 + (n * 97) % 57600000 + 1500,
    'type': 'track',
    'event': ['$MPViewScreen', 'ViewProduct', 'AddToCart', '$MPClick'][1 + n % 4],
    'distinct_id': case when n % 5 < 2 then format('M{:06d}', person % 20000)
        else format('oInv{:024d}', person) end,
    'identities': {
        '$identity_mp_wx00000000000000a1_openid': format('oInv{:024d}', person),
        '$identity_login_id': case when n % 5 < 2 then format('M{:06d}', person % 20000) end
    },
    'properties': {
        '$app_id': 'wx00000000000000a1', '$os': 'iOS', '$model': 'iPhone15,2',
        '$network_type': 'wifi', '$scene': 'wx-1089', '$url_path': 'pages/product/detail',
        '$title': '商品详情', 'product_id': format('SKU-{:03d}', n % 60), 'category': 'coffee',
        'price': 39.9, 'quantity': 1 + n % 3, '$utm_source': 'moments'/* remark */
    }
})::varchar
from (select n, hash(n + $first) % 40000 as person from range($lines) as numbers(n))
"""

_REMARK = """,
        'remark': list_reduce(
            [md5(concat_ws('-', n + $first, i)) for i in range($digests)], lambda a, b: a || b
        )
"""


def write_events(path: Path, lines: int, first: int = 0, *, digests: int = 0) -> Path:
    """A file of so many events; `first` keeps those of several files apart.

    Each carries so many `digests` of 32 letters, which no compression makes much shorter.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as engine, path.open("w", encoding="utf-8") as file:
        query, values = _EVENTS, {"lines": lines, "first": first}
        if digests:
            query = query.replace("/* remark */", _REMARK)
            values["digests"] = digests
        rows = engine.execute(query, values)
        while texts := rows.fetchmany(20_000):
            file.writelines(f"{text}\n" for (text,) in texts)
    return path
