-- Grain: one row. Of each channel the response rate, the cost of a message, the reserve price of a slot.
{{ config(materialized='view') }}

with final as (
    select
        {% for channel in offer_channels() -%}
            max(channels.base_response_rate) filter (where channels.channel = '{{ channel }}')
                as {{ channel }}_rate,
            max(channels.send_cost_fen) filter (where channels.channel = '{{ channel }}')
                as {{ channel }}_cost,
            coalesce(max(policy.reserve_price_fen) filter (where channels.channel = '{{ channel }}'), 0)
                as {{ channel }}_reserve
            {%- if not loop.last %},
            {% endif -%}
        {% endfor %}
    from {{ ref('contact_channel') }} as channels
    left join {{ ref('contact_policy') }} as policy
        on
            channels.channel = policy.channel
            and policy.kind in ('grant', 'month')
            and policy.valid_from <= {{ as_of() }} + 1
            and (policy.valid_to is null or policy.valid_to > {{ as_of() }} + 1)
)

select * from final
