-- Grain: one article on one day it was read, in one pull.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where
        source = 'official_account' and kind = 'statistics'
        and body #> '{list,msgid}' is not null
),

-- Cumulated figures come as one detail a day; the others stand in the row itself.
detail as (
    select
        source.*,
        source.body -> 'list' as item,
        day.value as detail,
        day.ordinality as detail_number
    from source
    cross join lateral jsonb_array_elements(
        case
            when
                jsonb_typeof(source.body #> '{list,detail_list}') = 'array'
                then source.body #> '{list,detail_list}'
            when jsonb_typeof(source.body #> '{list,details}') = 'array' then source.body #> '{list,details}'
            else jsonb_build_array(coalesce(source.body #> '{list,detail}', source.body -> 'list'))
        end
    ) with ordinality as day (value, ordinality)
),

renamed as (
    select
        {{ json_text('appid') }} as appid,
        {{ json_text('endpoint') }} as endpoint,
        item ->> 'msgid' as article_id,
        item ->> 'title' as title,
        {{ text_date("item ->> 'ref_date'") }} as published_date,
        coalesce(
            {{ text_date("detail ->> 'stat_date'") }},
            {{ text_date("item ->> 'ref_date'") }}
        ) as stat_date,
        detail_number,
        coalesce(
            {{ count_of("detail ->> 'read_user'") }},
            {{ count_of("detail ->> 'int_page_read_user'") }}
        ) as reader_count,
        {{ count_of("detail ->> 'share_user'") }} as sharer_count,
        {{ count_of("detail ->> 'like_user'") }} as liker_count,
        {{ count_of("detail ->> 'comment_count'") }} as comment_count,
        {{ json_boolean('reply,is_delay') }} as is_delayed,
        {{ envelope() }}
    from detail
)

select * from renamed
