-- Grain: month end × person: the portrait of that day, frozen once it is published.
-- A month end that no run saw gets the portrait of the first run after it; `as_of` says of which day it is.
-- depends_on: {{ ref('int_person') }}, {{ ref('profile_redirect') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook="{{ forget_snapshots() }}",
) }}

with final as (
    select
        {{ month_end() }} as month_end,
        {{ as_of() }} as as_of,
        portrait.*
    from {{ ref('portrait') }} as portrait
    {%- if is_incremental() %}
        where not exists (
            select from {{ this }} as frozen
            where frozen.month_end = {{ month_end() }}
        )
    {%- endif %}
)

select * from final
