{# The first rule an offer fails for a person, in the order of decision; null when it fails none. #}
{% macro first_obstacle() -%}
    case
        when persons.is_minor then 'minor'
        when persons.is_cancelled then 'account_cancelled'
        when persons.has_opted_out and not offer.is_fallback then 'personalisation_opt_out'
        when not persons.has_opted_out and offer.broken like 'eligible:%' then substr(offer.broken, 10)
        when not persons.has_opted_out and offer.broken like 'applicable:%' then substr(offer.broken, 12)
        when offer.kind = 'follow_account' and persons.is_follower then 'already_follows'
        when persons.reach_bits & offer.route_bits = 0 then 'out_of_reach'
        when not persons.has_opted_out and offer.broken like 'suitable:%' then substr(offer.broken, 10)
        when not persons.has_opted_out and persons.last_order_date + offer.days_after_order > {{ as_of() }} + 1 then 'ordered_recently'
        when persons.open_bits & offer.route_bits = 0 then 'no_marketing_consent'
        when persons.pause_reason_code is not null then persons.pause_reason_code
        when offer.place is not null then persons.offer_pause_reasons[offer.place]
        when persons.free_bits & offer.route_bits = 0 then 'month_cap'
        when persons.is_held_out then 'global_holdout'
        when offer.offer_id = any(persons.held_offers) then 'offer_holdout'
    end
{%- endmacro %}
