-- A tag of a person has one value at a time, each of a time that is not empty, and no value twice in a row.
with spans as (
    select
        *,
        lead(valid_from) over person as next_from,
        lead(tag_value) over person as next_value
    from {{ ref('tag') }}
    window person as (partition by profile_id, tag_key order by valid_from)
)

select *
from spans
where
    valid_to <= valid_from
    or next_from < coalesce(valid_to, 'infinity')
    or (next_from = valid_to and next_value = tag_value)
