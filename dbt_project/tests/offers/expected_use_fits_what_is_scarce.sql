-- Over the allocated rows the expected redemptions fit each stock, their cost each budget, and the messages
-- each channel.
select
    resource.resource,
    resource.name
from {{ ref('int_offer_resource') }} as resource
inner join {{ ref('next_best_offer') }} as best
    on
        best.is_allocated
        and best.rank = 1
        and resource.name = case when resource.resource = 'slot' then best.channel else best.offer_id end
group by resource.resource, resource.name, resource.capacity
having
    sum(
        case resource.resource
            when 'stock' then best.p_convert
            when 'budget' then best.p_convert * best.redemption_cost_fen
            else 1
        end
    ) > resource.capacity
