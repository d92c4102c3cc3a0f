-- Grain: one customer of WeCom with one member of staff, in one pull.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'official_account' and kind = 'wecom_contacts'
),

-- Pages hold one pair of customer and staff each, single replies a list of staff.
staff as (
    select
        source.*,
        coalesce(
            source.body #> '{external_contact_list,external_contact}',
            source.body #> '{reply,external_contact}'
        ) as contact,
        follow.value as follow,
        follow.ordinality as follow_number
    from source
    cross join lateral jsonb_array_elements(
        case
            when
                jsonb_typeof(source.body #> '{reply,follow_user}') = 'array'
                then source.body #> '{reply,follow_user}'
            else
                jsonb_build_array(coalesce(source.body #> '{external_contact_list,follow_info}', '{}'::jsonb))
        end
    ) with ordinality as follow (value, ordinality)
),

renamed as (
    select
        {{ json_text('appid') }} as corp_id,
        contact ->> 'external_userid' as external_userid,
        contact ->> 'type' = '1' as is_wechat_user,
        coalesce(follow ->> 'userid', follow ->> 'oper_userid') as staff_id,
        follow_number,
        case
            when follow ->> 'createtime' ~ '^\d{9,10}$' then to_timestamp((follow ->> 'createtime')::bigint)
        end as added_at,
        follow ->> 'add_way' as add_way,
        follow ->> 'state' as channel_state,
        {{ json_time('pulled_at') }} as pulled_at,
        {{ envelope() }}
    from staff
)

select * from renamed
