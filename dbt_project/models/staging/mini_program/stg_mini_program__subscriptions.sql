-- Grain: one template in one push about subscription messages.
-- `List` is an object when the push tells of one template and an array when it tells of several.
-- In JSON it stands at the top, in XML under the name of the event.
with source as (
    select
        *,
        coalesce(
            body -> 'List',
            body #> '{SubscribeMsgPopupEvent,List}',
            body #> '{SubscribeMsgChangeEvent,List}',
            body #> '{SubscribeMsgSentEvent,List}'
        ) as list
    from {{ source('raw', 'record') }}
    where source = 'mini_program' and kind = 'subscriptions'
),

items as (
    select
        source.*,
        item.value as item,
        item.ordinality as item_number
    from source
    cross join lateral jsonb_array_elements(
        case jsonb_typeof(source.list)
            when 'array' then source.list
            when 'object' then jsonb_build_array(source.list)
            else '[]'::jsonb
        end
    ) with ordinality as item (value, ordinality)
),

renamed as (
    select
        item_number,
        {{ json_text('ToUserName') }} as account_original_id,
        lower({{ json_text('Event') }}) as event_name,
        item ->> 'TemplateId' as template_id,
        lower(item ->> 'SubscribeStatusString') as answer,
        lower(item ->> 'ErrorStatus') as send_status,
        item ->> 'ErrorCode' as error_code,
        {{ envelope() }}
    from items
)

select * from renamed
