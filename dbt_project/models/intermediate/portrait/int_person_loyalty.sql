-- Grain: known person with points, check-ins, stored value, invitations or service conversations.
{{ config(indexes=[{'columns': ['profile_id'], 'unique': true}]) }}

{% set facts = [
    ('int_points', 'event_at', {
        'points_earned_90d': 'sum(greatest(fact.delta, 0)) filter (where ' ~ in_days('fact.event_at', 90) ~ ')',
        'points_spent_90d': '-sum(least(fact.delta, 0)) filter (where ' ~ in_days('fact.event_at', 90) ~ ')',
    }),
    ('int_check_ins', 'occurred_at', {
        'check_ins_30d': 'count(*) filter (where fact.local_date > ' ~ as_of() ~ ' - 30)',
        'longest_streak': 'max(fact.streak)',
    }),
    ('int_stored_value', 'event_at', {
        'stored_value_fen': 'sum(fact.delta_fen + coalesce(fact.gift_delta_fen, 0))',
    }),
    ('int_inviters', 'event_at', {
        'invites': 'count(*)',
        'invites_converted': 'count(fact.converted_at)',
        'invites_30d': 'count(*) filter (where ' ~ in_days('fact.invited_at', 30) ~ ')',
    }),
    ('int_service_conversations', 'event_at', {
        'conversations_90d': 'count(*) filter (where ' ~ in_days('fact.opened_at', 90) ~ ')',
        'ratings_low': 'count(*) filter (where fact.rating <= 2)',
        'rating_sum': 'sum(fact.rating)',
        'rating_count': 'count(fact.rating)',
        'last_conversation_epoch': 'max(extract(epoch from fact.opened_at))',
    }),
] %}
{% set names = [] %}
{% for fact, at, measured in facts %}{% do names.extend(measured.keys()) %}{% endfor %}

with parts as (
    {% for fact, at, measured in facts %}
        select
            map.profile_id,
        {% for name in names -%}
            {{ '(' ~ measured[name] ~ ')::bigint' if name in measured else '0::bigint' }} as {{ name }}
            {{- ',' if not loop.last }}
        {% endfor %}
        from {{ ref(fact) }} as fact
        inner join {{ ref('int_actor_profile') }} as map
            on
                fact.identifier_set_id = map.identifier_set_id
                and map.profile_kind = 'known'
                and {{ owned_at('fact.' ~ at) }}
        group by map.profile_id
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        profile_id,
    {% for name in names -%}
        coalesce(sum({{ name }}), 0)::bigint as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
    from parts
    group by profile_id
)

select * from final
