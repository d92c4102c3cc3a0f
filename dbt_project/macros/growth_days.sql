{# What the growth marts are made of: name, relation, the column with the day of a row. #}
{% macro growth_inputs() -%}
    {{ return([
        ('doors', ref('int_person_doors'), 'event_date'),
        ('orders', ref('int_person_orders'), 'order_date'),
        ('messages', ref('int_person_messages'), 'sent_date'),
        ('attempts', ref('int_growth_attempts'), 'event_date'),
        ('interactions', growth_owned(ref('int_interactions')), 'on_date'),
        ('points', growth_owned(ref('int_points')), 'event_day'),
        ('follows', "(select * from " ~ ref('int_activity') ~ " where channel = 'official_account')", 'event_date'),
        ('coupons', growth_owned(ref('int_coupons'), "event_name = 'expired'", 'valid_to'), 'event_day'),
        ('decisions', ref('int_offer_decision'), 'decided_on'),
        ('trials', ref('int_offer_trial'), 'assigned_on'),
        ('redemptions', ref('int_offer_redemption'), 'redeemed_on'),
    ]) }}
{%- endmacro %}

{# Facts with the person whose they were when they happened; null when nobody's. #}
{% macro growth_owned(facts, condition='record_id > 0', at='occurred_at') -%}
    (
            select
                fact.*,
                map.profile_id
            from {{ facts }} as fact
            left join {{ ref('int_actor_profile') }} as map
                on fact.identifier_set_id = map.identifier_set_id
                and {{ owned_at('fact.' ~ at) }}
            where fact.{{ condition }}
        )
{%- endmacro %}

{#
The days of a mart that must be counted anew: those whose row looks at a changed day, which lies at
most `back` days before the row's own and at most `ahead` days after it. `back` none: any day before.
A day that opened is a changed one too, also when nothing happened on it: it has a row, and rows wait for it to be complete.
A run that failed leaves its changes to the next one, so all since the last publishing count.
#}
{% macro growth_touched_days(inputs, back=0, ahead=0) -%}
    select distinct touched.on_date::date as on_date
    from (
        select on_date as changed_date
        from {{ ref('int_growth_days') }}
        where input in ('{{ inputs | join("', '") }}')
            and changed_run_id > coalesce((
                select max(run_id) from {{ source('ops', 'run') }} where status = 'published' and run_id <> {{ run_id() }}
            ), -1)
        union
        select opened.on_date::date
        from generate_series({{ previous_as_of() }} + 1, {{ as_of() }}, interval '1 day') as opened (on_date)
    ) as changed
    cross join lateral generate_series(
        changed.changed_date - {{ ahead }},
        {{ 'changed.changed_date + ' ~ back if back is not none else as_of() }},
        interval '1 day'
    ) as touched (on_date)
    where touched.on_date <= {{ as_of() }}
{%- endmacro %}

{# Before the touched days are put in again they leave, also when nothing of them is left. #}
{% macro growth_forget_days(day, inputs, back=0, ahead=0) -%}
    {% set touched_days = growth_touched_days(inputs, back, ahead) -%}
    {% if is_incremental() -%}
    delete from {{ this }} where {{ day }} in ({{ touched_days }})
    {%- endif %}
{%- endmacro %}

{# The condition that keeps to the touched days; a full build takes all. #}
{% macro growth_is_touched(day, inputs, back=0, ahead=0) -%}
    {% set touched_days = growth_touched_days(inputs, back, ahead) -%}
    {% if is_incremental() -%}
    {{ day }} in ({{ touched_days }})
    {%- else -%}
    true
    {%- endif %}
{%- endmacro %}
