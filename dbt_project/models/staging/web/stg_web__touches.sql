-- Grain: one page or event of the website that a campaign brought, whatever SDK told of it.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'web' and kind in ('events', 'snowplow_events', 'ga4_events')
),

page as (
    select
        source.*,
        coalesce(
            source.body #>> '{context,page,url}',
            source.body ->> 'page_url',
            {{ ga4_parameter('page_location') }},
            source.body #>> '{properties,url}'
        ) as url
    from source
),

renamed as (
    select
        kind,
        btrim(url) as page_url,
        coalesce(
            {{ url_parameter('utm_source') }},
            {{ json_text('context,campaign,source') }},
            {{ json_text('mkt_source') }},
            {{ json_text('collected_traffic_source,manual_source') }}
        ) as utm_source,
        coalesce(
            {{ url_parameter('utm_medium') }},
            {{ json_text('context,campaign,medium') }},
            {{ json_text('mkt_medium') }},
            {{ json_text('collected_traffic_source,manual_medium') }}
        ) as utm_medium,
        coalesce(
            {{ url_parameter('utm_campaign') }},
            {{ json_text('context,campaign,name') }},
            {{ json_text('mkt_campaign') }},
            {{ json_text('collected_traffic_source,manual_campaign_name') }}
        ) as utm_campaign,
        coalesce(
            {{ url_parameter('utm_term') }},
            {{ json_text('context,campaign,term') }},
            {{ json_text('mkt_term') }},
            {{ json_text('collected_traffic_source,manual_term') }}
        ) as utm_term,
        coalesce(
            {{ url_parameter('utm_content') }},
            {{ json_text('context,campaign,content') }},
            {{ json_text('mkt_content') }},
            {{ json_text('collected_traffic_source,manual_content') }}
        ) as utm_content,
        coalesce(
            {{ url_parameter('gclid') }},
            {{ url_parameter('wbraid') }},
            {{ url_parameter('gbraid') }},
            {{ url_parameter('gdt_vid') }},
            {{ url_parameter('qz_gdt') }},
            {{ json_text('mkt_clickid') }},
            {{ json_text('collected_traffic_source,gclid') }}
        ) as click_id,
        coalesce(
            substring(url from '[?&](gclid|wbraid|gbraid|gdt_vid|qz_gdt)='),
            {{ json_text('mkt_network') }}
        ) as click_id_kind,
        {{ envelope() }}
    from page
),

final as (
    select * from renamed
    where num_nonnulls(utm_source, utm_medium, utm_campaign, click_id) > 0
)

select * from final
