-- Grain: known person × dimension × value that was done or bought.
-- n days on which it was, the last of them, and the decayed count in millionths.
-- Age runs from the person's newest observation and not from today, so that a row changes only when the
-- person does something. Decayed counts are sums of integers: sums of floats differ from run to run.
-- Only touched persons are counted anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id', 'dimension', 'value'], 'unique': true}],
) }}

with observations as (
    {{ habit_observations() }}
),

newest as (
    select
        profile_id,
        dimension,
        max(on_date) as on_date
    from observations
    group by profile_id, dimension
),

final as (
    select
        seen.profile_id,
        seen.dimension,
        seen.value,
        count(*) as n,
        max(seen.on_date) as last_date,
        sum(
            case
                when seen.dimension in ('category', 'brand', 'promotion', 'store')
                    then {{ looked_up_decay('newest.on_date - seen.on_date', var('order_half_life_days')) }}
                else {{ looked_up_decay('newest.on_date - seen.on_date', var('behaviour_half_life_days')) }}
            end
        )::bigint as weight_millionths
    from observations as seen
    inner join newest on seen.profile_id = newest.profile_id and seen.dimension = newest.dimension
    group by seen.profile_id, seen.dimension, seen.value
)

select * from final
order by profile_id -- what a day reads of a few persons lies together
