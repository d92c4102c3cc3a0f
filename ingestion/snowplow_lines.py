"""Snowplow's enriched events: one tab-separated line each, no header, to JSON.

The result is that of Snowplow's own Analytics SDKs: empty fields left out, numbers and booleans
typed, times in ISO 8601, contexts and self-describing events as one member per schema, such as
`contexts_org_schema_web_page_1`. A context that cannot be read stays as the text it came as.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa

from ingestion.engine import Engine, rows_of, table_of
from ingestion.lines import Block
from ingestion.snowplow_fields import FIELDS
from ingestion.texts import Texts, readable_lines, text_table

# A long table of non-empty fields, one row each: sets of short texts are cheap, while a list of
# 131 per line is not (measured: 370 µs a line).
_FIELDS: Final = """
create or replace temp table snowplow_field as
select k, position, $names[position] as name, $types[position] as type, value
from (
    select k, unnest(fields) as value, unnest(range(1, len(fields) + 1)) as position
    from (select k, string_split(line, chr(9)) as fields from snowplow_line)
)
where value <> ''
"""
_SCHEMA: Final = r"^iglu:([^/\"]+)/([^/\"]+)/[^/\"]+/(\d+)-"
_DESCRIBED: Final = r"""
create or replace temp table snowplow_described as
select k, position, name, item ->> 'schema' as schema, json_extract(item, '$.data')::varchar as data
from (
    select k, position, name, unnest(
        case when name = 'unstruct_event' then [json_extract(value, '$.data')]
        else json_extract(value, '$.data[*]') end
    ) as item
    from snowplow_field where type = 'schemas' and json_valid(value)
)
"""
_SCHEMAS: Final = r"""
create or replace temp table snowplow_schema as
select schema, lower(regexp_replace(regexp_replace(
    regexp_extract(schema, $schema, 1) || '_' || regexp_extract(schema, $schema, 2)
    || '_' || regexp_extract(schema, $schema, 3),
    '([^A-Z_.\-])([A-Z])', '\1_\2', 'g'
), '[-.]', '_', 'g')) as key
from (select distinct schema from snowplow_described where regexp_matches(schema, $schema))
"""
_EVENTS: Final = r"""
with readable as (
    select k, position from snowplow_described left join snowplow_schema as s using (schema)
    group by k, position having count(*) = count(s.key) and count(*) = count(data)
),
member as (
    select f.k, f.position, to_json(f.name)::varchar || ':' || case
        when f.type = 'number' and regexp_matches(f.value, '^-?(0|[1-9]\d{0,17})(\.\d{1,18})?$')
            then f.value
        when f.type = 'boolean' and f.value = '1' then 'true'
        when f.type = 'boolean' and f.value = '0' then 'false'
        when f.type = 'time' and regexp_matches(f.value, '^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$')
            then '"' || replace(f.value, ' ', 'T') || 'Z"'
        when f.type = 'schemas' and json_valid(f.value) then f.value
        else to_json(f.value)::varchar
    end as text
    from snowplow_field as f anti join readable using (k, position)
    union all
    select k, position, '"contexts_' || key || '":[' || string_agg(data, ',') || ']'
    from snowplow_described inner join readable using (k, position)
    inner join snowplow_schema using (schema)
    where name <> 'unstruct_event' group by k, position, key
    union all
    select k, position, '"unstruct_event_' || key || '":' || data
    from snowplow_described inner join readable using (k, position)
    inner join snowplow_schema using (schema)
    where name = 'unstruct_event'
    union all
    select k, 0, '"geo_location":' || to_json(latitude.value || ',' || longitude.value)::varchar
    from snowplow_field as latitude inner join snowplow_field as longitude using (k)
    where latitude.name = 'geo_latitude' and longitude.name = 'geo_longitude'
)
select '{' || coalesce(string_agg(text, ',' order by position, text), '') || '}' as text
from snowplow_line left join member using (k) group by k order by k
"""
_COUNTS: Final = """
select len(line) - len(replace(line, chr(9), '')) + 1 as fields from snowplow_line order by k
"""


class SnowplowReader:
    """Reads blocks of enriched events; older enrichments end their lines earlier."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def texts(self, block: Block) -> Texts:
        """The block's events as JSON texts."""
        lines, rejects = readable_lines(block)
        texts = [block.line(int(line)).decode() for line in lines]
        counts = self._run(texts, _COUNTS)["fields"].to_numpy()
        is_good = (counts > 1) & (counts <= len(FIELDS))
        rejects += [
            block.reject(int(line), "column_count" if text.strip() else "empty_line")
            for line, text, good in zip(lines, texts, is_good, strict=True)
            if not good
        ]
        good_texts = [text for text, good in zip(texts, is_good, strict=True) if good]
        self._run(good_texts, _FIELDS, _PARAMETERS)
        rows_of(self._engine, _DESCRIBED)
        rows_of(self._engine, _SCHEMAS, {"schema": _SCHEMA})
        found = table_of(self._engine, _EVENTS)["text"].combine_chunks()
        return Texts(block, text_table(lines[is_good].astype(np.int32), found), rejects)

    def _run(
        self, lines: list[str], sql: str, parameters: Mapping[str, object] | None = None
    ) -> pa.Table:
        numbers = pa.array(range(len(lines)), pa.int32())
        table = pa.table({"k": numbers, "line": pa.array(lines, pa.string())})
        self._engine.register("snowplow_line", table)
        return table_of(self._engine, sql, parameters)


_PARAMETERS: Final = {"names": list(FIELDS), "types": list(FIELDS.values())}
