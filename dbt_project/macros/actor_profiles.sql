{# Which live profile each identifier set's actor belongs to, and when. #}
{% macro actor_profiles() -%}
    select
        identifier_set.identifier_set_id,
        identifier_set.actor_id,
        profile.profile_id,
        profile.kind as profile_kind,
        actor_owner.owned_from,
        actor_owner.owned_to,
        actor_owner.owned_from = '-infinity' and actor_owner.owned_to = 'infinity' as is_for_ever
    from {{ source('identity', 'identifier_set') }} as identifier_set
    inner join {{ source('identity', 'actor_owner') }} as actor_owner
        on identifier_set.actor_id = actor_owner.identifier_id
    inner join {{ source('identity', 'profile') }} as profile
        on actor_owner.profile_id = profile.profile_id and profile.status = 'active'
{%- endmacro %}
