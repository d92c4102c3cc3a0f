-- Grain: profile × field × record that says a value: every value anybody ever told about a person.
{{ config(materialized='view') }}

{% set fields = ['birth_date', 'gender', 'home_store', 'guide_id', 'tier', 'status'] %}

with final as (
    {% for field in fields %}
        select
            map.profile_id,
            '{{ field }}'::text as field,
            members.{{ field }}::text as value,
            'commerce'::text as source,
            members.updated_at as observed_at,
            members.record_id
        from {{ ref('stg_commerce__members') }} as members
        inner join {{ ref('int_actor_profile') }} as map
            on members.identifier_set_id = map.identifier_set_id and {{ owned_at('members.updated_at') }}
        where members.{{ field }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
