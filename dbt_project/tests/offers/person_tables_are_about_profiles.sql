-- Whoever has a portrait, an offer or an identifier in a mart is a known profile there.
select person_table.profile_id
from (
    select profile_id from {{ ref('portrait') }}
    union all
    select profile_id from {{ ref('next_best_offer') }}
    union all
    select profile_id from {{ ref('offer_suppressed') }}
    union all
    select profile_id from {{ ref('profile_identifier') }}
) as person_table
left join {{ ref('profile') }} as profile
    on person_table.profile_id = profile.profile_id and profile.kind = 'known'
where profile.profile_id is null
