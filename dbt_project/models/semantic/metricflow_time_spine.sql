-- Grain: one calendar day. Semantic tools need it to fill days without rows; the chain does not build it.
{{ config(materialized='view', schema='staging') }}

with final as (
    select generated.day::date as date_day
    from generate_series(date '2015-01-01', date '2045-12-31', interval '1 day') as generated (day)
)

select * from final
