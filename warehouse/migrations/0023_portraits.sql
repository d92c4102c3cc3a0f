drop table mart.portrait;
create table mart.portrait (
    profile_id text not null,
    life_stage text not null,
    life_visit_stage text,
    life_first_visit_date date,
    life_last_visit_date date,
    life_first_order_at timestamptz,
    life_last_order_at timestamptz,
    life_order_count integer not null,
    life_order_day_count integer not null,
    life_expected_gap_days integer,
    life_next_due_date date,
    rfm_recency_score smallint,
    rfm_frequency_score smallint,
    rfm_monetary_score smallint,
    rfm_segment text not null,
    rfm_class text,
    value_tier text not null,
    value_net_365d_fen bigint not null,
    value_net_total_fen bigint not null,
    value_average_order_fen bigint,
    cnt_1d_visit_days bigint not null,
    cnt_7d_visit_days bigint not null,
    cnt_30d_visit_days bigint not null,
    cnt_90d_visit_days bigint not null,
    cnt_1d_product_views bigint not null,
    cnt_7d_product_views bigint not null,
    cnt_30d_product_views bigint not null,
    cnt_90d_product_views bigint not null,
    cnt_1d_searches bigint not null,
    cnt_7d_searches bigint not null,
    cnt_30d_searches bigint not null,
    cnt_90d_searches bigint not null,
    cnt_1d_cart_adds bigint not null,
    cnt_7d_cart_adds bigint not null,
    cnt_30d_cart_adds bigint not null,
    cnt_90d_cart_adds bigint not null,
    cnt_1d_shares bigint not null,
    cnt_7d_shares bigint not null,
    cnt_30d_shares bigint not null,
    cnt_90d_shares bigint not null,
    cnt_1d_orders bigint not null,
    cnt_7d_orders bigint not null,
    cnt_30d_orders bigint not null,
    cnt_90d_orders bigint not null,
    cnt_1d_events bigint not null,
    cnt_7d_events bigint not null,
    cnt_30d_events bigint not null,
    cnt_90d_events bigint not null,
    cnt_1d_sessions bigint not null,
    cnt_7d_sessions bigint not null,
    cnt_30d_sessions bigint not null,
    cnt_90d_sessions bigint not null,
    cnt_1d_checkouts bigint not null,
    cnt_7d_checkouts bigint not null,
    cnt_30d_checkouts bigint not null,
    cnt_90d_checkouts bigint not null,
    cnt_1d_login_walls bigint not null,
    cnt_7d_login_walls bigint not null,
    cnt_30d_login_walls bigint not null,
    cnt_90d_login_walls bigint not null,
    cnt_1d_coupon_claims bigint not null,
    cnt_7d_coupon_claims bigint not null,
    cnt_30d_coupon_claims bigint not null,
    cnt_90d_coupon_claims bigint not null,
    cnt_1d_contacts bigint not null,
    cnt_7d_contacts bigint not null,
    cnt_30d_contacts bigint not null,
    cnt_90d_contacts bigint not null,
    cnt_1d_contact_clicks bigint not null,
    cnt_7d_contact_clicks bigint not null,
    cnt_30d_contact_clicks bigint not null,
    cnt_90d_contact_clicks bigint not null,
    amt_1d_net_fen bigint not null,
    amt_7d_net_fen bigint not null,
    amt_30d_net_fen bigint not null,
    amt_90d_net_fen bigint not null,
    amt_1d_gross_fen bigint not null,
    amt_7d_gross_fen bigint not null,
    amt_30d_gross_fen bigint not null,
    amt_90d_gross_fen bigint not null,
    amt_1d_discount_fen bigint not null,
    amt_7d_discount_fen bigint not null,
    amt_30d_discount_fen bigint not null,
    amt_90d_discount_fen bigint not null,
    amt_1d_refund_fen bigint not null,
    amt_7d_refund_fen bigint not null,
    amt_30d_refund_fen bigint not null,
    amt_90d_refund_fen bigint not null,
    pref_channel text not null,
    pref_channel_share numeric(4,2),
    pref_channel_support_count integer not null,
    pref_device text not null,
    pref_device_share numeric(4,2),
    pref_device_support_count integer not null,
    pref_hour text not null,
    pref_hour_share numeric(4,2),
    pref_hour_support_count integer not null,
    pref_weekday text not null,
    pref_weekday_share numeric(4,2),
    pref_weekday_support_count integer not null,
    pref_category text not null,
    pref_category_share numeric(4,2),
    pref_category_support_count integer not null,
    pref_brand text not null,
    pref_brand_share numeric(4,2),
    pref_brand_support_count integer not null,
    pref_content text not null,
    pref_content_share numeric(4,2),
    pref_content_support_count integer not null,
    pref_promotion text not null,
    pref_promotion_share numeric(4,2),
    pref_promotion_support_count integer not null,
    pref_scene_group text not null,
    pref_scene_group_share numeric(4,2),
    pref_scene_group_support_count integer not null,
    pref_store text not null,
    pref_store_share numeric(4,2),
    pref_store_support_count integer not null,
    clv_orders_90d numeric(6,1),
    clv_churn_risk numeric(2,1),
    clv_churn_risk_band text,
    clv_12m_fen bigint,
    promo_line_count integer not null,
    promo_discounted_share numeric(3,2),
    promo_coupon_count integer not null,
    promo_coupon_used_count integer not null,
    promo_coupon_expired_count integer not null,
    contact_window_start_hour smallint,
    contact_window_end_hour smallint,
    contact_best_per_week smallint,
    contact_is_fatigued boolean,
    contact_delivered_count integer,
    contact_response_count integer,
    contact_response_rate numeric(3,2),
    sess_90d_count integer not null,
    sess_90d_average_seconds integer,
    sess_90d_average_events numeric(6,1),
    sess_90d_bounce_rate numeric(3,2),
    sess_90d_channel_count smallint not null,
    sess_last_at timestamptz,
    cart_last_add_date date,
    cart_90d_session_count integer not null,
    cart_90d_abandoned_count integer not null,
    cart_is_open boolean not null,
    ref_invite_count integer not null,
    ref_30d_invite_count integer not null,
    ref_converted_count integer not null,
    loyalty_tier text,
    loyalty_points_balance bigint,
    loyalty_90d_points_earned bigint not null,
    loyalty_90d_points_spent bigint not null,
    loyalty_30d_check_in_count integer not null,
    loyalty_longest_streak integer not null,
    loyalty_stored_value_fen bigint not null,
    svc_90d_conversation_count integer not null,
    svc_low_rating_count integer not null,
    svc_average_rating numeric(3,1),
    primary key (profile_id)
);

comment on table mart.portrait is 'One known person of 14 years or more, or of unknown age: the features of the portrait. 每行一位实名客户（年满14岁或年龄未知）的画像特征。';
comment on column mart.portrait.profile_id is 'Stable id of the profile. 档案的稳定编号';
comment on column mart.portrait.life_stage is 'prospect, new, active, at_risk, dormant or lost. 生命周期阶段';
comment on column mart.portrait.life_visit_stage is 'new, early, habit, long, sleeping, lost or returned; null without a visit. 访问阶段；无访问为空';
comment on column mart.portrait.life_first_visit_date is 'First day with a visit. 首次访问日';
comment on column mart.portrait.life_last_visit_date is 'Newest day with a visit. 最近访问日';
comment on column mart.portrait.life_first_order_at is 'First paid order. 首次付款时间';
comment on column mart.portrait.life_last_order_at is 'Newest paid order. 最近付款时间';
comment on column mart.portrait.life_order_count is 'Paid orders, cancelled ones left out. 付款订单数（不含取消）';
comment on column mart.portrait.life_order_day_count is 'Days with a paid order. 有付款订单的天数';
comment on column mart.portrait.life_expected_gap_days is 'Days expected between orders: own mean gap, blended with the category''s. 预计复购间隔天数（个人均值与品类均值融合）';
comment on column mart.portrait.life_next_due_date is 'Day on which the next order is expected. 预计下次下单日';
comment on column mart.portrait.rfm_recency_score is 'Recency 1 to 5, 5 is newest. 近度得分 1–5，5 为最近';
comment on column mart.portrait.rfm_frequency_score is 'Frequency of 365 days, 1 to 5. 频度得分 1–5（365天）';
comment on column mart.portrait.rfm_monetary_score is 'Net money of 365 days, 1 to 5. 金额得分 1–5（365天净额）';
comment on column mart.portrait.rfm_segment is 'Segment by recency and frequency. RFM 分群';
comment on column mart.portrait.rfm_class is 'One of the eight classes of the trade. RFM 八分类';
comment on column mart.portrait.value_tier is 'high, middle, low or none. 价值层级';
comment on column mart.portrait.value_net_365d_fen is 'Net paid in 365 days, refunds taken off, fen. 近365天净支付（扣除退款，分）';
comment on column mart.portrait.value_net_total_fen is 'Net paid ever, fen. 累计净支付（分）';
comment on column mart.portrait.value_average_order_fen is 'Mean net amount of an order, fen. 笔单价（分）';
comment on column mart.portrait.cnt_1d_visit_days is 'Days with a visit, 1 day up to as_of. 近1天访问天数';
comment on column mart.portrait.cnt_7d_visit_days is 'Days with a visit, 7 days up to as_of. 近7天访问天数';
comment on column mart.portrait.cnt_30d_visit_days is 'Days with a visit, 30 days up to as_of. 近30天访问天数';
comment on column mart.portrait.cnt_90d_visit_days is 'Days with a visit, 90 days up to as_of. 近90天访问天数';
comment on column mart.portrait.cnt_1d_product_views is 'Product views, 1 day up to as_of. 近1天商品浏览次数';
comment on column mart.portrait.cnt_7d_product_views is 'Product views, 7 days up to as_of. 近7天商品浏览次数';
comment on column mart.portrait.cnt_30d_product_views is 'Product views, 30 days up to as_of. 近30天商品浏览次数';
comment on column mart.portrait.cnt_90d_product_views is 'Product views, 90 days up to as_of. 近90天商品浏览次数';
comment on column mart.portrait.cnt_1d_searches is 'Searches, 1 day up to as_of. 近1天搜索次数';
comment on column mart.portrait.cnt_7d_searches is 'Searches, 7 days up to as_of. 近7天搜索次数';
comment on column mart.portrait.cnt_30d_searches is 'Searches, 30 days up to as_of. 近30天搜索次数';
comment on column mart.portrait.cnt_90d_searches is 'Searches, 90 days up to as_of. 近90天搜索次数';
comment on column mart.portrait.cnt_1d_cart_adds is 'Additions to the cart, 1 day up to as_of. 近1天加购次数';
comment on column mart.portrait.cnt_7d_cart_adds is 'Additions to the cart, 7 days up to as_of. 近7天加购次数';
comment on column mart.portrait.cnt_30d_cart_adds is 'Additions to the cart, 30 days up to as_of. 近30天加购次数';
comment on column mart.portrait.cnt_90d_cart_adds is 'Additions to the cart, 90 days up to as_of. 近90天加购次数';
comment on column mart.portrait.cnt_1d_shares is 'Shares, 1 day up to as_of. 近1天分享次数';
comment on column mart.portrait.cnt_7d_shares is 'Shares, 7 days up to as_of. 近7天分享次数';
comment on column mart.portrait.cnt_30d_shares is 'Shares, 30 days up to as_of. 近30天分享次数';
comment on column mart.portrait.cnt_90d_shares is 'Shares, 90 days up to as_of. 近90天分享次数';
comment on column mart.portrait.cnt_1d_orders is 'Paid orders, 1 day up to as_of. 近1天付款订单数';
comment on column mart.portrait.cnt_7d_orders is 'Paid orders, 7 days up to as_of. 近7天付款订单数';
comment on column mart.portrait.cnt_30d_orders is 'Paid orders, 30 days up to as_of. 近30天付款订单数';
comment on column mart.portrait.cnt_90d_orders is 'Paid orders, 90 days up to as_of. 近90天付款订单数';
comment on column mart.portrait.cnt_1d_events is 'Events of any kind, 1 day up to as_of. 近1天行为事件数';
comment on column mart.portrait.cnt_7d_events is 'Events of any kind, 7 days up to as_of. 近7天行为事件数';
comment on column mart.portrait.cnt_30d_events is 'Events of any kind, 30 days up to as_of. 近30天行为事件数';
comment on column mart.portrait.cnt_90d_events is 'Events of any kind, 90 days up to as_of. 近90天行为事件数';
comment on column mart.portrait.cnt_1d_sessions is 'Sessions, parted by 30 idle minutes, 1 day up to as_of. 近1天会话数（间隔30分钟）';
comment on column mart.portrait.cnt_7d_sessions is 'Sessions, parted by 30 idle minutes, 7 days up to as_of. 近7天会话数（间隔30分钟）';
comment on column mart.portrait.cnt_30d_sessions is 'Sessions, parted by 30 idle minutes, 30 days up to as_of. 近30天会话数（间隔30分钟）';
comment on column mart.portrait.cnt_90d_sessions is 'Sessions, parted by 30 idle minutes, 90 days up to as_of. 近90天会话数（间隔30分钟）';
comment on column mart.portrait.cnt_1d_checkouts is 'Checkouts begun, 1 day up to as_of. 近1天发起结算次数';
comment on column mart.portrait.cnt_7d_checkouts is 'Checkouts begun, 7 days up to as_of. 近7天发起结算次数';
comment on column mart.portrait.cnt_30d_checkouts is 'Checkouts begun, 30 days up to as_of. 近30天发起结算次数';
comment on column mart.portrait.cnt_90d_checkouts is 'Checkouts begun, 90 days up to as_of. 近90天发起结算次数';
comment on column mart.portrait.cnt_1d_login_walls is 'Times a login was demanded, 1 day up to as_of. 近1天遇到登录墙次数';
comment on column mart.portrait.cnt_7d_login_walls is 'Times a login was demanded, 7 days up to as_of. 近7天遇到登录墙次数';
comment on column mart.portrait.cnt_30d_login_walls is 'Times a login was demanded, 30 days up to as_of. 近30天遇到登录墙次数';
comment on column mart.portrait.cnt_90d_login_walls is 'Times a login was demanded, 90 days up to as_of. 近90天遇到登录墙次数';
comment on column mart.portrait.cnt_1d_coupon_claims is 'Coupons claimed, 1 day up to as_of. 近1天领券次数';
comment on column mart.portrait.cnt_7d_coupon_claims is 'Coupons claimed, 7 days up to as_of. 近7天领券次数';
comment on column mart.portrait.cnt_30d_coupon_claims is 'Coupons claimed, 30 days up to as_of. 近30天领券次数';
comment on column mart.portrait.cnt_90d_coupon_claims is 'Coupons claimed, 90 days up to as_of. 近90天领券次数';
comment on column mart.portrait.cnt_1d_contacts is 'Marketing messages delivered, 1 day up to as_of. 近1天送达营销消息数';
comment on column mart.portrait.cnt_7d_contacts is 'Marketing messages delivered, 7 days up to as_of. 近7天送达营销消息数';
comment on column mart.portrait.cnt_30d_contacts is 'Marketing messages delivered, 30 days up to as_of. 近30天送达营销消息数';
comment on column mart.portrait.cnt_90d_contacts is 'Marketing messages delivered, 90 days up to as_of. 近90天送达营销消息数';
comment on column mart.portrait.cnt_1d_contact_clicks is 'Clicks on messages delivered then, 1 day up to as_of. 近1天其中被点击数';
comment on column mart.portrait.cnt_7d_contact_clicks is 'Clicks on messages delivered then, 7 days up to as_of. 近7天其中被点击数';
comment on column mart.portrait.cnt_30d_contact_clicks is 'Clicks on messages delivered then, 30 days up to as_of. 近30天其中被点击数';
comment on column mart.portrait.cnt_90d_contact_clicks is 'Clicks on messages delivered then, 90 days up to as_of. 近90天其中被点击数';
comment on column mart.portrait.amt_1d_net_fen is 'Net paid, fen, 1 day up to as_of. 近1天净支付（分）';
comment on column mart.portrait.amt_7d_net_fen is 'Net paid, fen, 7 days up to as_of. 近7天净支付（分）';
comment on column mart.portrait.amt_30d_net_fen is 'Net paid, fen, 30 days up to as_of. 近30天净支付（分）';
comment on column mart.portrait.amt_90d_net_fen is 'Net paid, fen, 90 days up to as_of. 近90天净支付（分）';
comment on column mart.portrait.amt_1d_gross_fen is 'Paid before refunds, fen, 1 day up to as_of. 近1天支付金额（退款前）（分）';
comment on column mart.portrait.amt_7d_gross_fen is 'Paid before refunds, fen, 7 days up to as_of. 近7天支付金额（退款前）（分）';
comment on column mart.portrait.amt_30d_gross_fen is 'Paid before refunds, fen, 30 days up to as_of. 近30天支付金额（退款前）（分）';
comment on column mart.portrait.amt_90d_gross_fen is 'Paid before refunds, fen, 90 days up to as_of. 近90天支付金额（退款前）（分）';
comment on column mart.portrait.amt_1d_discount_fen is 'Discount on paid orders, fen, 1 day up to as_of. 近1天优惠金额（分）';
comment on column mart.portrait.amt_7d_discount_fen is 'Discount on paid orders, fen, 7 days up to as_of. 近7天优惠金额（分）';
comment on column mart.portrait.amt_30d_discount_fen is 'Discount on paid orders, fen, 30 days up to as_of. 近30天优惠金额（分）';
comment on column mart.portrait.amt_90d_discount_fen is 'Discount on paid orders, fen, 90 days up to as_of. 近90天优惠金额（分）';
comment on column mart.portrait.amt_1d_refund_fen is 'Refunded of orders paid then, fen, 1 day up to as_of. 近1天其中退款金额（分）';
comment on column mart.portrait.amt_7d_refund_fen is 'Refunded of orders paid then, fen, 7 days up to as_of. 近7天其中退款金额（分）';
comment on column mart.portrait.amt_30d_refund_fen is 'Refunded of orders paid then, fen, 30 days up to as_of. 近30天其中退款金额（分）';
comment on column mart.portrait.amt_90d_refund_fen is 'Refunded of orders paid then, fen, 90 days up to as_of. 近90天其中退款金额（分）';
comment on column mart.portrait.pref_channel is 'Preferred channel; unknown while support is below three. 偏好渠道；支持数不足三为 unknown';
comment on column mart.portrait.pref_channel_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait.pref_channel_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait.pref_device is 'Preferred device; unknown while support is below three. 偏好设备；支持数不足三为 unknown';
comment on column mart.portrait.pref_device_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait.pref_device_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait.pref_hour is 'Preferred hour; unknown while support is below three. 偏好时段（小时）；支持数不足三为 unknown';
comment on column mart.portrait.pref_hour_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait.pref_hour_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait.pref_weekday is 'Preferred weekday, 1 is Monday; unknown while support is below three. 偏好星期（1为周一）；支持数不足三为 unknown';
comment on column mart.portrait.pref_weekday_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait.pref_weekday_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait.pref_category is 'Preferred category; unknown while support is below three. 偏好品类；支持数不足三为 unknown';
comment on column mart.portrait.pref_category_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait.pref_category_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait.pref_brand is 'Preferred brand; unknown while support is below three. 偏好品牌；支持数不足三为 unknown';
comment on column mart.portrait.pref_brand_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait.pref_brand_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait.pref_content is 'Preferred kind of message answered; unknown while support is below three. 偏好内容（被打开或点击的消息类型）；支持数不足三为 unknown';
comment on column mart.portrait.pref_content_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait.pref_content_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait.pref_promotion is 'Preferred promotion; unknown while support is below three. 偏好促销类型；支持数不足三为 unknown';
comment on column mart.portrait.pref_promotion_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait.pref_promotion_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait.pref_scene_group is 'Preferred door of entry; unknown while support is below three. 偏好入口场景；支持数不足三为 unknown';
comment on column mart.portrait.pref_scene_group_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait.pref_scene_group_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait.pref_store is 'Preferred store; unknown while support is below three. 偏好门店；支持数不足三为 unknown';
comment on column mart.portrait.pref_store_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait.pref_store_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait.clv_orders_90d is 'Orders expected in 90 days; null for prospects. 预计90天订单数；潜客为空';
comment on column mart.portrait.clv_churn_risk is 'Chance of no order in 90 days, calibrated; null for prospects. 90天内不下单的概率（已校准）；潜客为空';
comment on column mart.portrait.clv_churn_risk_band is 'low, middle (from .4) or high (from .7); null for prospects. 流失风险：low、middle、high；潜客为空';
comment on column mart.portrait.clv_12m_fen is 'Margin expected in 12 months, fen, rounded to half of the leading digit; null for prospects. 未来12个月预计毛利（分，取首位数的半档）；潜客为空';
comment on column mart.portrait.promo_line_count is 'Order lines bought. 购买的订单行数';
comment on column mart.portrait.promo_discounted_share is 'Share of lines bought at a discount, shrunk towards the population; no input to prices. 折扣购买占比（向总体收缩），不用于定价';
comment on column mart.portrait.promo_coupon_count is 'Coupons got. 获得优惠券数';
comment on column mart.portrait.promo_coupon_used_count is 'Coupons used. 使用优惠券数';
comment on column mart.portrait.promo_coupon_expired_count is 'Coupons that expired unused. 过期未用优惠券数';
comment on column mart.portrait.contact_window_start_hour is 'First hour of the best three hours to contact, +08:00. 最佳触达时段起（东八区小时）';
comment on column mart.portrait.contact_window_end_hour is 'Hour at which they end. 最佳触达时段止（小时）';
comment on column mart.portrait.contact_best_per_week is 'Marketing messages a week that are still answered, 1 to 4. 每周适宜触达次数 1–4';
comment on column mart.portrait.contact_is_fatigued is 'Got more than that in seven days. 近7天触达是否过度';
comment on column mart.portrait.contact_delivered_count is 'Marketing messages delivered in 365 days. 近365天送达营销消息数';
comment on column mart.portrait.contact_response_count is 'Of them opened or clicked. 其中被打开或点击';
comment on column mart.portrait.contact_response_rate is 'Share opened or clicked; null without a message. 打开或点击占比；无消息为空';
comment on column mart.portrait.sess_90d_count is 'Sessions in 90 days. 近90天会话数';
comment on column mart.portrait.sess_90d_average_seconds is 'Mean length of a session in 90 days, seconds. 近90天会话平均时长（秒）';
comment on column mart.portrait.sess_90d_average_events is 'Mean events of a session in 90 days. 近90天会话平均事件数';
comment on column mart.portrait.sess_90d_bounce_rate is 'Share of sessions of one event in 90 days. 近90天单事件会话占比';
comment on column mart.portrait.sess_90d_channel_count is 'Channels with a session in 90 days. 近90天使用渠道数';
comment on column mart.portrait.sess_last_at is 'Start of the newest session of 90 days. 最近一次会话开始时间（90天内）';
comment on column mart.portrait.cart_last_add_date is 'Newest day of 90 with an addition to the cart. 最近加购日（90天内）';
comment on column mart.portrait.cart_90d_session_count is 'Sessions with an addition to the cart in 90 days. 近90天加购会话数';
comment on column mart.portrait.cart_90d_abandoned_count is 'Of them without a paid order. 其中未下单会话数';
comment on column mart.portrait.cart_is_open is 'Added to the cart on a day after the newest order. 最近一单之后是否有加购';
comment on column mart.portrait.ref_invite_count is 'Invitations sent. 邀请次数';
comment on column mart.portrait.ref_30d_invite_count is 'Invitations sent in 30 days. 近30天邀请次数';
comment on column mart.portrait.ref_converted_count is 'Invitations that won a customer. 邀请成功次数';
comment on column mart.portrait.loyalty_tier is 'Tier of the member programme. 会员等级';
comment on column mart.portrait.loyalty_points_balance is 'Points that can be spent. 可用积分';
comment on column mart.portrait.loyalty_90d_points_earned is 'Points earned in 90 days. 近90天获得积分';
comment on column mart.portrait.loyalty_90d_points_spent is 'Points spent in 90 days. 近90天使用积分';
comment on column mart.portrait.loyalty_30d_check_in_count is 'Days checked in in 30 days. 近30天签到天数';
comment on column mart.portrait.loyalty_longest_streak is 'Longest streak of check-ins, days. 最长连续签到天数';
comment on column mart.portrait.loyalty_stored_value_fen is 'Stored value left, gifts included, fen. 储值余额（含赠送，分）';
comment on column mart.portrait.svc_90d_conversation_count is 'Conversations with customer service in 90 days. 近90天客服会话数';
comment on column mart.portrait.svc_low_rating_count is 'Conversations rated 1 or 2. 低分客服会话数（1–2分）';
comment on column mart.portrait.svc_average_rating is 'Mean rating of conversations; null without one. 客服平均评分；无评分为空';

grant select on mart.portrait to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.portrait to c360_publish;

create table mart.preference (
    profile_id text not null,
    dimension text not null,
    value text not null,
    n integer not null,
    weight_millionths bigint not null,
    share numeric(4,2) not null,
    rank smallint not null,
    margin numeric(4,2),
    support_count integer not null,
    last_date date,
    primary key (profile_id, dimension, value)
);

comment on table mart.preference is 'Known person × dimension × value: the five likeliest values, shrunk towards the population. 每行一位实名客户的一个维度取值：最可能的五个偏好（向总体收缩）。';
comment on column mart.preference.profile_id is 'Stable id of the profile. 档案的稳定编号';
comment on column mart.preference.dimension is 'channel, device, hour, weekday, category, brand, content, promotion, scene_group or store. 偏好维度';
comment on column mart.preference.value is 'What is preferred. 偏好取值';
comment on column mart.preference.n is 'Days on which it was seen; 0 where only the population speaks for it. 观察天数；0 表示仅由总体推断';
comment on column mart.preference.weight_millionths is 'Decayed count in millionths; age runs from the newest observation of the dimension. 衰减计数（百万分之一，自该维度最近观察起算）';
comment on column mart.preference.share is '(weight + 5 × population share) / (all weights + 5). 收缩后的占比';
comment on column mart.preference.rank is 'Rank in the dimension, 1 is the likeliest. 维度内排名';
comment on column mart.preference.margin is 'Share over the next value; null for the last. 与下一取值的差距；末位为空';
comment on column mart.preference.support_count is 'Observations of the whole dimension. 该维度的观察总数';
comment on column mart.preference.last_date is 'Newest day it was seen. 最近观察日';

grant select on mart.preference to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.preference to c360_publish;

create table mart.product_affinity (
    profile_id text not null,
    product_id text not null,
    rank smallint not null,
    score numeric(6,3) not null,
    n integer not null,
    last_date date,
    due_date date,
    rule text not null,
    already_bought boolean not null,
    in_cart boolean not null,
    primary key (profile_id, product_id)
);

comment on table mart.product_affinity is 'Buyer × product: the 20 likeliest next ones. 每行一位购买客户的一个商品：最可能再购的二十个。';
comment on column mart.product_affinity.profile_id is 'Stable id of the profile. 档案的稳定编号';
comment on column mart.product_affinity.product_id is 'The product. 商品';
comment on column mart.product_affinity.rank is 'Rank for the buyer, 1 is the likeliest. 排名';
comment on column mart.product_affinity.score is 'n / (baskets + 2) · √(repeat rate) + .06 · popularity, counts decayed. 得分（衰减计数）';
comment on column mart.product_affinity.n is 'Days on which it was bought. 购买天数';
comment on column mart.product_affinity.last_date is 'Newest day it was bought. 最近购买日';
comment on column mart.product_affinity.due_date is 'Day on which it is due again, by the gap of all its buyers; null when never bought or never repeated. 预计再购日';
comment on column mart.product_affinity.rule is 'repeat, co_bought or popular: what it is there for. 推荐来源';
comment on column mart.product_affinity.already_bought is 'Bought before. 是否买过';
comment on column mart.product_affinity.in_cart is 'Added to the cart within 30 days and not bought since. 是否在购物车';

grant select on mart.product_affinity to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.product_affinity to c360_publish;

create table mart.tag (
    profile_id text not null,
    tag_key text not null,
    valid_from date not null,
    tag_value text not null,
    score numeric(14,1),
    support_count integer,
    confidence numeric(2,1),
    rule_version text not null,
    valid_to date,
    primary key (profile_id, tag_key, valid_from)
);

comment on table mart.tag is 'Known person × tag × first day: the value a tag had, with its history. 每行一位实名客户的一个标签取值及其有效期。';
comment on column mart.tag.profile_id is 'Stable id of the profile. 档案的稳定编号';
comment on column mart.tag.tag_key is 'Which tag, see tag_definition. 标签键，见 tag_definition';
comment on column mart.tag.valid_from is 'First day on which it held. 生效首日';
comment on column mart.tag.tag_value is 'Its value, by the first rule that matched. 标签值（首个命中规则）';
comment on column mart.tag.score is 'The feature behind it; null where there is none. 依据的特征值；无则为空';
comment on column mart.tag.support_count is 'Observations behind it; null where none are counted. 支持的观察数；不计数时为空';
comment on column mart.tag.confidence is 'support / (support + 5). 置信度';
comment on column mart.tag.rule_version is 'Changes with the rules of the tag. 规则版本';
comment on column mart.tag.valid_to is 'First day on which it no longer held; null while it holds. 失效日；仍有效为空';

grant select on mart.tag to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.tag to c360_publish;

create table mart.tag_definition (
    tag_key text not null,
    name_zh text not null,
    name_en text not null,
    kind text not null,
    values_in_order text[],
    rules text not null,
    refresh text not null,
    owner text not null,
    is_sensitive boolean not null,
    primary key (tag_key)
);

comment on table mart.tag_definition is 'Tag: its names, values and rules. 每行一个标签：名称、取值与规则。';
comment on column mart.tag_definition.tag_key is 'Which tag. 标签键';
comment on column mart.tag_definition.name_zh is 'Its Chinese name. 中文名';
comment on column mart.tag_definition.name_en is 'Its English name. 英文名';
comment on column mart.tag_definition.kind is 'stage, value, behaviour, preference, opportunity, social, contact, loyalty or risk. 标签类别';
comment on column mart.tag_definition.values_in_order is 'Its values in their order; null where they come from a feature. 有序取值；取自特征时为空';
comment on column mart.tag_definition.rules is 'Its rules as text; the first match wins. 规则文本（首个命中生效）';
comment on column mart.tag_definition.refresh is 'How often it is looked at anew. 更新频率';
comment on column mart.tag_definition.owner is 'Who answers for it. 负责团队';
comment on column mart.tag_definition.is_sensitive is 'Says where somebody goes or what somebody holds: show it to few. 是否敏感';

grant select on mart.tag_definition to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.tag_definition to c360_publish;
