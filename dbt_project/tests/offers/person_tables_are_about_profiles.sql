-- Whoever has a portrait, an offer or an identifier in a mart is a known profile there. The view
-- offer_suppressed shows nobody who is not in offer_hold, and unfolding its pairs is dear.
select person_table.profile_id
from (
    select profile_id from {{ ref('portrait') }}
    union all
    select profile_id from {{ ref('next_best_offer') }}
    union all
    select profile_id from {{ ref('offer_hold') }}
    union all
    select profile_id from {{ ref('profile_identifier') }}
) as person_table
left join {{ ref('profile') }} as profile
    on person_table.profile_id = profile.profile_id and profile.kind = 'known'
where profile.profile_id is null
