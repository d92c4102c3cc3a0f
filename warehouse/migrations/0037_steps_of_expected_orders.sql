-- Orders expected are told in steps: a tenth less tomorrow is no news of a person.
comment on column mart.portrait.clv_orders_90d is
'Orders expected in 90 days, in steps of half the leading digit; null for prospects. 预计90天订单数（分档）；潜客为空';
comment on column mart.portrait_snapshot.clv_orders_90d is
'Orders expected in 90 days, in steps of half the leading digit; null for prospects. 预计90天订单数（分档）；潜客为空';
