"""Pages of an API reply to one record per item."""

import json

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.engine import rows_of, table_of
from ingestion.expressions import json_path, path_keys
from ingestion.json_checks import unstorable
from ingestion.texts import Texts

_IS_PAGE = """
select k, coalesce(json_type(text, $path) = 'ARRAY', false) from json_text
"""

# Pages are stripped before they are unnested: a page is as long as all of its items, and would be
# copied for each of them.
# The item stands under the path's last key, the page's other fields beside it. What was beside the
# array in its parent stays there; a parent that held nothing else goes.
_ITEMS = """
with page as materialized (
    select
        k, line, json_extract(text, $items)::varchar[] as items,
        json_merge_patch(text, $without_array) as rest
    from json_text
),
bare as materialized (
    select k, line, items, case
        when json_extract(rest, $parent) = '{}' then json_merge_patch(rest, $without_parent)
        else rest
    end::varchar as rest
    from page
),
item as (
    select k, line, rest, unnest(items) as item from bare
)
select
    line,
    $opening || item || case when rest = '{}' then '}' else ',' || rest[2:] end as text
from item
order by k
"""


def explode(engine: duckdb.DuckDBPyConnection, pages: Texts, path: str) -> Texts:
    """The items of every page's array at `path`; a page without it is rejected as one row."""
    reasons = unstorable(engine, pages.table)
    rejects = [*pages.rejects, *(pages.reject(k, reason, None) for k, reason in reasons.items())]
    good = _without(pages.table, list(reasons))
    engine.register("json_text", good)
    found = rows_of(engine, _IS_PAGE, {"path": json_path(path)})
    not_pages = [k for k, is_page in found if not is_page]
    rejects += [pages.reject(k, "missing_field", path) for k in not_pages]
    engine.register("json_text", _without(good, not_pages))
    items = table_of(engine, _ITEMS, _parameters(path))
    numbers = pa.array(np.arange(items.num_rows, dtype=np.int32))
    table = pa.table({"k": numbers, "line": items["line"], "text": items["text"]})
    return Texts(pages.block, table, rejects, has_own_raw=True)


def _without(table: pa.Table, bad: list[int]) -> pa.Table:
    if not bad:
        return table
    return table.filter(pc.invert(pc.is_in(table["k"], pa.array(bad, pa.int32()))))


def _parameters(path: str) -> dict[str, str]:
    keys = path_keys(path)
    without_array: object = None
    for key in reversed(keys):
        without_array = {key: without_array}
    return {
        "items": json_path(path) + "[*]",
        "parent": json_path(path) if len(keys) == 1 else json_path(f'"{keys[0]}"'),
        "without_array": json.dumps(without_array),
        "without_parent": json.dumps({keys[0]: None}),
        "opening": json.dumps({keys[-1]: 0}, separators=(",", ":"))[:-2],
    }
