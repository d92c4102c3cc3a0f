-- Grain: article × day it was read. Of several statistics of the same day the highest figure counts:
-- the later a pull, the more it has seen.
{% set inputs = ['interactions'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ growth_forget_days('stat_date', ['interactions']) }}",
) }}

with counted as (
    select
        subject_id as article_id,
        on_date as stat_date,
        max(topic) as title,
        max(object_id)::date as published_date,
        coalesce(max(measure_1), 0)::integer as reader_count,
        coalesce(max(measure_2), 0)::integer as sharer_count,
        coalesce(max(measure_3), 0)::integer as liker_count,
        coalesce(max(measure_4), 0)::integer as comment_count
    from {{ ref('int_interactions') }}
    where
        interaction_kind = 'article'
        and {{ growth_is_touched('on_date', inputs) }}
    group by subject_id, on_date
),

final as (
    select
        article_id,
        stat_date,
        title,
        published_date,
        reader_count,
        sharer_count,
        liker_count,
        comment_count,
        round(sharer_count::numeric / nullif(reader_count, 0), 4)::numeric(9, 4) as share_rate
    from counted
)

select * from final
