-- Grain: one offer that may be sent on the day after as_of.
{{ config(materialized='view') }}

with final as (
    select
        *,
        string_to_array(channels, '|') as channel_list,
        string_to_array(lifecycle_stages, '|') as lifecycle_stage_list,
        {{ local_midnight('start_date') }} as start_at,
        {{ local_midnight('end_date + 1') }} as end_at
    from {{ ref('offer_catalogue') }}
    where
        {{ as_of() }} + 1 between start_date and end_date
        and valid_from <= {{ as_of() }} + 1
        and (valid_to is null or valid_to > {{ as_of() }} + 1)
)

select * from final
