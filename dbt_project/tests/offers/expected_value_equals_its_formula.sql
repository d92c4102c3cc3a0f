-- EV = C·L·(P·(V − redemption cost) − P0·V) − send cost − stock price − slot price, to 0.01 fen.
select
    profile_id,
    rank
from {{ ref('next_best_offer') }}
where
    p_convert <= 0
    or p_convert >= 1
    or (rank > 0 and expected_value_fen is null)
    or abs(
        context_weight * lever
        * (p_convert * (value_fen - redemption_cost_fen) - coalesce(p_untreated, 0) * value_fen)
        - send_cost_fen - stock_price_fen - slot_price_fen - expected_value_fen
    ) > 0.005
