-- Grain: mini-program × day × metric × days after it. A row for every official figure there is.
with official as (
    select
        figures.appid,
        figures.ref_date,
        metric.metric,
        metric.day_offset,
        metric.official_count
    from {{ ref('int_official_figures') }} as figures
    cross join
        lateral (
            select
                'visitors' as metric,
                0 as day_offset,
                {{ count_of("figures.figures ->> 'visit_uv'") }} as official_count
            where figures.endpoint = 'getweanalysisappiddailyvisittrend'
            union all
            select
                'new_visitors' as metric,
                0 as day_offset,
                {{ count_of("figures.figures ->> 'visit_uv_new'") }} as official_count
            where figures.endpoint = 'getweanalysisappiddailyvisittrend'
            union all
            select
                'retained_visitors' as metric,
                ({{ count_of("kept.value ->> 'key'") }})::integer as day_offset,
                {{ count_of("kept.value ->> 'value'") }} as official_count
            from
                jsonb_array_elements(
                    case
                        when
                            figures.endpoint = 'getweanalysisappiddailyretaininfo'
                            and jsonb_typeof(figures.figures -> 'visit_uv_new') = 'array'
                            then figures.figures -> 'visit_uv_new'
                        else '[]'::jsonb
                    end
                ) as kept (value)
            where kept.value ->> 'key' <> '0'
        ) as metric
    where metric.official_count is not null and metric.day_offset is not null
),

firsts as (
    select
        appid,
        identifier_id,
        min(visit_date) as first_date
    from {{ ref('int_openid_visits') }}
    group by appid, identifier_id
),

visits as (
    select
        visits.appid,
        visits.visit_date,
        firsts.first_date,
        count(*)::integer as visitor_count
    from {{ ref('int_openid_visits') }} as visits
    inner join firsts
        on visits.appid = firsts.appid and visits.identifier_id = firsts.identifier_id
    group by visits.appid, visits.visit_date, firsts.first_date
),

counted as (
    select
        official.appid,
        official.ref_date,
        official.metric,
        official.day_offset,
        official.official_count::integer as official_count,
        coalesce(sum(visits.visitor_count), 0)::integer as own_count
    from official
    left join visits
        on
            official.appid = visits.appid
            and official.ref_date + official.day_offset = visits.visit_date
            and (official.metric = 'visitors' or official.ref_date = visits.first_date)
    where official.ref_date + official.day_offset <= {{ as_of() }}
    group by official.appid, official.ref_date, official.metric, official.day_offset, official.official_count
),

final as (
    select
        appid,
        ref_date,
        metric,
        day_offset,
        own_count,
        official_count,
        own_count - official_count as difference_count,
        round((own_count - official_count)::numeric / nullif(official_count, 0), 4)::numeric(12, 4)
            as difference_rate,
        abs(own_count - official_count) <= greatest(
            {{ var('reconciliation_min_count') }}, official_count * {{ var('reconciliation_tolerance') }}
        ) as is_within_tolerance
    from counted
)

select * from final
