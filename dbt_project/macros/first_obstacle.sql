{# The first rule an offer fails for a person, in the order of decision; null when it fails none. #}
{% macro first_obstacle() -%}
    case
        when persons.is_minor then 'minor'
        when persons.has_opted_out and not offer.is_fallback then 'personalisation_opt_out'
        when not persons.lifecycle_stage = any(offer.lifecycle_stage_list) then 'lifecycle_stage'
        when persons.order_count < offer.min_order_count then 'too_few_orders'
        when persons.order_count > offer.max_order_count then 'too_many_orders'
        when coalesce(persons.points_balance, 0) < offer.min_points then 'too_few_points'
        when offer.is_for_non_followers and persons.is_follower then 'already_follows'
        when best_channel.channel is null then 'out_of_reach'
        when persons.last_order_date + offer.days_after_order > {{ as_of() }} + 1 then 'ordered_recently'
        when not best_channel.is_consented then 'no_marketing_consent'
        when pause.rule_id is not null then pause.reason_code
        when best_channel.expected_value_fen <= 0 then 'not_worth_sending'
    end
{%- endmacro %}
