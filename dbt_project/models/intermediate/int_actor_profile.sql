-- Grain: identifier set × time in which its actor belonged to one live profile.
-- Facts reach a person only through this map; join them with `owned_at`.
-- Made after int_touched_profile, which compares the map as it was with the map as it is.
-- depends_on: {{ ref('int_touched_profile') }}
{{ config(indexes=[
    {'columns': ['identifier_set_id', 'owned_from'], 'unique': true},
    {'columns': ['profile_id']},
]) }}

with final as (
    {{ actor_profiles() }}
)

select * from final
