"""Pages of an API reply to one record per item."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contract import Contract
from ingestion.engine import Engine, rows_of, table_of
from ingestion.expressions import json_path, path_keys
from ingestion.json_checks import examine
from ingestion.texts import Texts

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
    k as page,
    line,
    $opening || item || case when rest = '{}' then '}' else ',' || rest[2:] end as text
from item
order by k
"""


def explode(engine: Engine, pages: Texts, contract: Contract) -> Texts:
    """The items of every page: of the first of the contract's arrays that the page has.

    A page without any is a record itself where the contract says so, else it is rejected.
    """
    reasons = examine(pages.table["text"].combine_chunks()).reasons
    rejects = [*pages.rejects, *(pages.reject(k, reason, None) for k, reason in reasons.items())]
    good = _without(pages.table, list(reasons))
    engine.register("json_text", good)
    found = dict(rows_of(engine, *_first_array(contract.explode)))
    whole = [k for k, index in found.items() if index is None]
    parts = []
    if contract.is_page_without_items_a_record:
        parts.append(_pages(good, whole))
    else:
        rejects += [pages.reject(k, "missing_field", contract.explode[0]) for k in whole]
    for index, path in enumerate(contract.explode):
        with_path = [k for k, number in found.items() if number == index]
        if with_path or not (parts or index < len(contract.explode) - 1):
            engine.register("json_text", _only(good, with_path))
            parts.append(table_of(engine, _ITEMS, _parameters(path, contract.left_out_of_items)))
    return Texts(pages.block, _in_order(parts), rejects, has_own_raw=True)


def _first_array(paths: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Which of the paths is the first with an array, by record; null when none is."""
    tests = " ".join(
        f"when json_type(text, $path_{index}) = 'ARRAY' then {index}" for index in range(len(paths))
    )
    parameters = {f"path_{index}": json_path(path) for index, path in enumerate(paths)}
    return f"select k, case {tests} end from json_text", parameters  # noqa: S608 - numbers only


def _pages(pages: pa.Table, ks: list[int]) -> pa.Table:
    whole = _only(pages, ks)
    return pa.table({"page": whole["k"], "line": whole["line"], "text": whole["text"]})


def _in_order(parts: Sequence[pa.Table]) -> pa.Table:
    """The records in the order of their pages, numbered."""
    table = pa.concat_tables(parts)
    table = table.take(pa.array(np.argsort(table["page"].to_numpy(), kind="stable")))
    numbers = pa.array(np.arange(table.num_rows, dtype=np.int32))
    return pa.table({"k": numbers, "line": table["line"], "text": table["text"]})


def _only(table: pa.Table, wanted: list[int]) -> pa.Table:
    return table.filter(pc.is_in(table["k"], pa.array(wanted, pa.int32())))


def _without(table: pa.Table, bad: list[int]) -> pa.Table:
    if not bad:
        return table
    return table.filter(pc.invert(pc.is_in(table["k"], pa.array(bad, pa.int32()))))


def _parameters(path: str, left_out: Sequence[str]) -> dict[str, str]:
    keys = path_keys(path)
    without: dict[str, Any] = {}
    for stripped in (*left_out, path):
        inner = without
        *parents, last = path_keys(stripped)
        for key in parents:
            inner = inner.setdefault(key, {})
        inner[last] = None
    return {
        "items": json_path(path) + "[*]",
        "parent": json_path(path) if len(keys) == 1 else json_path(f'"{keys[0]}"'),
        "without_array": json.dumps(without),
        "without_parent": json.dumps({keys[0]: None}),
        "opening": json.dumps({keys[-1]: 0}, separators=(",", ":"))[:-2],
    }
