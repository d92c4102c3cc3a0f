create table mart.portrait_snapshot (
    month_end date not null,
    as_of date not null,
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
    primary key (month_end, profile_id)
);

comment on table mart.portrait_snapshot is 'Month end × person: the portrait of that day, frozen. 每行一位客户的一个月末画像快照（冻结）。';
comment on column mart.portrait_snapshot.month_end is 'Last day of the month. 月末日';
comment on column mart.portrait_snapshot.as_of is 'Closed day whose portrait it is: the month end, or a later day when no run saw that one; what happened after it is unknown to the row. 画像所属日：月末日，若当日无运行则为其后首个运行日';
comment on column mart.portrait_snapshot.profile_id is 'Stable id of the profile. 档案的稳定编号';
comment on column mart.portrait_snapshot.life_stage is 'prospect, new, active, at_risk, dormant or lost. 生命周期阶段';
comment on column mart.portrait_snapshot.life_visit_stage is 'new, early, habit, long, sleeping, lost or returned; null without a visit. 访问阶段；无访问为空';
comment on column mart.portrait_snapshot.life_first_visit_date is 'First day with a visit. 首次访问日';
comment on column mart.portrait_snapshot.life_last_visit_date is 'Newest day with a visit. 最近访问日';
comment on column mart.portrait_snapshot.life_first_order_at is 'First paid order. 首次付款时间';
comment on column mart.portrait_snapshot.life_last_order_at is 'Newest paid order. 最近付款时间';
comment on column mart.portrait_snapshot.life_order_count is 'Paid orders, cancelled ones left out. 付款订单数（不含取消）';
comment on column mart.portrait_snapshot.life_order_day_count is 'Days with a paid order. 有付款订单的天数';
comment on column mart.portrait_snapshot.life_expected_gap_days is 'Days expected between orders: own mean gap, blended with the category''s. 预计复购间隔天数（个人均值与品类均值融合）';
comment on column mart.portrait_snapshot.life_next_due_date is 'Day on which the next order is expected. 预计下次下单日';
comment on column mart.portrait_snapshot.rfm_recency_score is 'Recency 1 to 5, 5 is newest. 近度得分 1–5，5 为最近';
comment on column mart.portrait_snapshot.rfm_frequency_score is 'Frequency of 365 days, 1 to 5. 频度得分 1–5（365天）';
comment on column mart.portrait_snapshot.rfm_monetary_score is 'Net money of 365 days, 1 to 5. 金额得分 1–5（365天净额）';
comment on column mart.portrait_snapshot.rfm_segment is 'Segment by recency and frequency. RFM 分群';
comment on column mart.portrait_snapshot.rfm_class is 'One of the eight classes of the trade. RFM 八分类';
comment on column mart.portrait_snapshot.value_tier is 'high, middle, low or none. 价值层级';
comment on column mart.portrait_snapshot.value_net_365d_fen is 'Net paid in 365 days, refunds taken off, fen. 近365天净支付（扣除退款，分）';
comment on column mart.portrait_snapshot.value_net_total_fen is 'Net paid ever, fen. 累计净支付（分）';
comment on column mart.portrait_snapshot.value_average_order_fen is 'Mean net amount of an order, fen. 笔单价（分）';
comment on column mart.portrait_snapshot.cnt_1d_visit_days is 'Days with a visit, 1 day up to as_of. 近1天访问天数';
comment on column mart.portrait_snapshot.cnt_7d_visit_days is 'Days with a visit, 7 days up to as_of. 近7天访问天数';
comment on column mart.portrait_snapshot.cnt_30d_visit_days is 'Days with a visit, 30 days up to as_of. 近30天访问天数';
comment on column mart.portrait_snapshot.cnt_90d_visit_days is 'Days with a visit, 90 days up to as_of. 近90天访问天数';
comment on column mart.portrait_snapshot.cnt_1d_product_views is 'Product views, 1 day up to as_of. 近1天商品浏览次数';
comment on column mart.portrait_snapshot.cnt_7d_product_views is 'Product views, 7 days up to as_of. 近7天商品浏览次数';
comment on column mart.portrait_snapshot.cnt_30d_product_views is 'Product views, 30 days up to as_of. 近30天商品浏览次数';
comment on column mart.portrait_snapshot.cnt_90d_product_views is 'Product views, 90 days up to as_of. 近90天商品浏览次数';
comment on column mart.portrait_snapshot.cnt_1d_searches is 'Searches, 1 day up to as_of. 近1天搜索次数';
comment on column mart.portrait_snapshot.cnt_7d_searches is 'Searches, 7 days up to as_of. 近7天搜索次数';
comment on column mart.portrait_snapshot.cnt_30d_searches is 'Searches, 30 days up to as_of. 近30天搜索次数';
comment on column mart.portrait_snapshot.cnt_90d_searches is 'Searches, 90 days up to as_of. 近90天搜索次数';
comment on column mart.portrait_snapshot.cnt_1d_cart_adds is 'Additions to the cart, 1 day up to as_of. 近1天加购次数';
comment on column mart.portrait_snapshot.cnt_7d_cart_adds is 'Additions to the cart, 7 days up to as_of. 近7天加购次数';
comment on column mart.portrait_snapshot.cnt_30d_cart_adds is 'Additions to the cart, 30 days up to as_of. 近30天加购次数';
comment on column mart.portrait_snapshot.cnt_90d_cart_adds is 'Additions to the cart, 90 days up to as_of. 近90天加购次数';
comment on column mart.portrait_snapshot.cnt_1d_shares is 'Shares, 1 day up to as_of. 近1天分享次数';
comment on column mart.portrait_snapshot.cnt_7d_shares is 'Shares, 7 days up to as_of. 近7天分享次数';
comment on column mart.portrait_snapshot.cnt_30d_shares is 'Shares, 30 days up to as_of. 近30天分享次数';
comment on column mart.portrait_snapshot.cnt_90d_shares is 'Shares, 90 days up to as_of. 近90天分享次数';
comment on column mart.portrait_snapshot.cnt_1d_orders is 'Paid orders, 1 day up to as_of. 近1天付款订单数';
comment on column mart.portrait_snapshot.cnt_7d_orders is 'Paid orders, 7 days up to as_of. 近7天付款订单数';
comment on column mart.portrait_snapshot.cnt_30d_orders is 'Paid orders, 30 days up to as_of. 近30天付款订单数';
comment on column mart.portrait_snapshot.cnt_90d_orders is 'Paid orders, 90 days up to as_of. 近90天付款订单数';
comment on column mart.portrait_snapshot.cnt_1d_events is 'Events of any kind, 1 day up to as_of. 近1天行为事件数';
comment on column mart.portrait_snapshot.cnt_7d_events is 'Events of any kind, 7 days up to as_of. 近7天行为事件数';
comment on column mart.portrait_snapshot.cnt_30d_events is 'Events of any kind, 30 days up to as_of. 近30天行为事件数';
comment on column mart.portrait_snapshot.cnt_90d_events is 'Events of any kind, 90 days up to as_of. 近90天行为事件数';
comment on column mart.portrait_snapshot.cnt_1d_sessions is 'Sessions, parted by 30 idle minutes, 1 day up to as_of. 近1天会话数（间隔30分钟）';
comment on column mart.portrait_snapshot.cnt_7d_sessions is 'Sessions, parted by 30 idle minutes, 7 days up to as_of. 近7天会话数（间隔30分钟）';
comment on column mart.portrait_snapshot.cnt_30d_sessions is 'Sessions, parted by 30 idle minutes, 30 days up to as_of. 近30天会话数（间隔30分钟）';
comment on column mart.portrait_snapshot.cnt_90d_sessions is 'Sessions, parted by 30 idle minutes, 90 days up to as_of. 近90天会话数（间隔30分钟）';
comment on column mart.portrait_snapshot.cnt_1d_checkouts is 'Checkouts begun, 1 day up to as_of. 近1天发起结算次数';
comment on column mart.portrait_snapshot.cnt_7d_checkouts is 'Checkouts begun, 7 days up to as_of. 近7天发起结算次数';
comment on column mart.portrait_snapshot.cnt_30d_checkouts is 'Checkouts begun, 30 days up to as_of. 近30天发起结算次数';
comment on column mart.portrait_snapshot.cnt_90d_checkouts is 'Checkouts begun, 90 days up to as_of. 近90天发起结算次数';
comment on column mart.portrait_snapshot.cnt_1d_login_walls is 'Times a login was demanded, 1 day up to as_of. 近1天遇到登录墙次数';
comment on column mart.portrait_snapshot.cnt_7d_login_walls is 'Times a login was demanded, 7 days up to as_of. 近7天遇到登录墙次数';
comment on column mart.portrait_snapshot.cnt_30d_login_walls is 'Times a login was demanded, 30 days up to as_of. 近30天遇到登录墙次数';
comment on column mart.portrait_snapshot.cnt_90d_login_walls is 'Times a login was demanded, 90 days up to as_of. 近90天遇到登录墙次数';
comment on column mart.portrait_snapshot.cnt_1d_coupon_claims is 'Coupons claimed, 1 day up to as_of. 近1天领券次数';
comment on column mart.portrait_snapshot.cnt_7d_coupon_claims is 'Coupons claimed, 7 days up to as_of. 近7天领券次数';
comment on column mart.portrait_snapshot.cnt_30d_coupon_claims is 'Coupons claimed, 30 days up to as_of. 近30天领券次数';
comment on column mart.portrait_snapshot.cnt_90d_coupon_claims is 'Coupons claimed, 90 days up to as_of. 近90天领券次数';
comment on column mart.portrait_snapshot.cnt_1d_contacts is 'Marketing messages delivered, 1 day up to as_of. 近1天送达营销消息数';
comment on column mart.portrait_snapshot.cnt_7d_contacts is 'Marketing messages delivered, 7 days up to as_of. 近7天送达营销消息数';
comment on column mart.portrait_snapshot.cnt_30d_contacts is 'Marketing messages delivered, 30 days up to as_of. 近30天送达营销消息数';
comment on column mart.portrait_snapshot.cnt_90d_contacts is 'Marketing messages delivered, 90 days up to as_of. 近90天送达营销消息数';
comment on column mart.portrait_snapshot.cnt_1d_contact_clicks is 'Clicks on messages delivered then, 1 day up to as_of. 近1天其中被点击数';
comment on column mart.portrait_snapshot.cnt_7d_contact_clicks is 'Clicks on messages delivered then, 7 days up to as_of. 近7天其中被点击数';
comment on column mart.portrait_snapshot.cnt_30d_contact_clicks is 'Clicks on messages delivered then, 30 days up to as_of. 近30天其中被点击数';
comment on column mart.portrait_snapshot.cnt_90d_contact_clicks is 'Clicks on messages delivered then, 90 days up to as_of. 近90天其中被点击数';
comment on column mart.portrait_snapshot.amt_1d_net_fen is 'Net paid, fen, 1 day up to as_of. 近1天净支付（分）';
comment on column mart.portrait_snapshot.amt_7d_net_fen is 'Net paid, fen, 7 days up to as_of. 近7天净支付（分）';
comment on column mart.portrait_snapshot.amt_30d_net_fen is 'Net paid, fen, 30 days up to as_of. 近30天净支付（分）';
comment on column mart.portrait_snapshot.amt_90d_net_fen is 'Net paid, fen, 90 days up to as_of. 近90天净支付（分）';
comment on column mart.portrait_snapshot.amt_1d_gross_fen is 'Paid before refunds, fen, 1 day up to as_of. 近1天支付金额（退款前）（分）';
comment on column mart.portrait_snapshot.amt_7d_gross_fen is 'Paid before refunds, fen, 7 days up to as_of. 近7天支付金额（退款前）（分）';
comment on column mart.portrait_snapshot.amt_30d_gross_fen is 'Paid before refunds, fen, 30 days up to as_of. 近30天支付金额（退款前）（分）';
comment on column mart.portrait_snapshot.amt_90d_gross_fen is 'Paid before refunds, fen, 90 days up to as_of. 近90天支付金额（退款前）（分）';
comment on column mart.portrait_snapshot.amt_1d_discount_fen is 'Discount on paid orders, fen, 1 day up to as_of. 近1天优惠金额（分）';
comment on column mart.portrait_snapshot.amt_7d_discount_fen is 'Discount on paid orders, fen, 7 days up to as_of. 近7天优惠金额（分）';
comment on column mart.portrait_snapshot.amt_30d_discount_fen is 'Discount on paid orders, fen, 30 days up to as_of. 近30天优惠金额（分）';
comment on column mart.portrait_snapshot.amt_90d_discount_fen is 'Discount on paid orders, fen, 90 days up to as_of. 近90天优惠金额（分）';
comment on column mart.portrait_snapshot.amt_1d_refund_fen is 'Refunded of orders paid then, fen, 1 day up to as_of. 近1天其中退款金额（分）';
comment on column mart.portrait_snapshot.amt_7d_refund_fen is 'Refunded of orders paid then, fen, 7 days up to as_of. 近7天其中退款金额（分）';
comment on column mart.portrait_snapshot.amt_30d_refund_fen is 'Refunded of orders paid then, fen, 30 days up to as_of. 近30天其中退款金额（分）';
comment on column mart.portrait_snapshot.amt_90d_refund_fen is 'Refunded of orders paid then, fen, 90 days up to as_of. 近90天其中退款金额（分）';
comment on column mart.portrait_snapshot.pref_channel is 'Preferred channel; unknown while support is below three. 偏好渠道；支持数不足三为 unknown';
comment on column mart.portrait_snapshot.pref_channel_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait_snapshot.pref_channel_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait_snapshot.pref_device is 'Preferred device; unknown while support is below three. 偏好设备；支持数不足三为 unknown';
comment on column mart.portrait_snapshot.pref_device_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait_snapshot.pref_device_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait_snapshot.pref_hour is 'Preferred hour; unknown while support is below three. 偏好时段（小时）；支持数不足三为 unknown';
comment on column mart.portrait_snapshot.pref_hour_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait_snapshot.pref_hour_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait_snapshot.pref_weekday is 'Preferred weekday, 1 is Monday; unknown while support is below three. 偏好星期（1为周一）；支持数不足三为 unknown';
comment on column mart.portrait_snapshot.pref_weekday_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait_snapshot.pref_weekday_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait_snapshot.pref_category is 'Preferred category; unknown while support is below three. 偏好品类；支持数不足三为 unknown';
comment on column mart.portrait_snapshot.pref_category_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait_snapshot.pref_category_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait_snapshot.pref_brand is 'Preferred brand; unknown while support is below three. 偏好品牌；支持数不足三为 unknown';
comment on column mart.portrait_snapshot.pref_brand_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait_snapshot.pref_brand_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait_snapshot.pref_content is 'Preferred kind of message answered; unknown while support is below three. 偏好内容（被打开或点击的消息类型）；支持数不足三为 unknown';
comment on column mart.portrait_snapshot.pref_content_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait_snapshot.pref_content_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait_snapshot.pref_promotion is 'Preferred promotion; unknown while support is below three. 偏好促销类型；支持数不足三为 unknown';
comment on column mart.portrait_snapshot.pref_promotion_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait_snapshot.pref_promotion_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait_snapshot.pref_scene_group is 'Preferred door of entry; unknown while support is below three. 偏好入口场景；支持数不足三为 unknown';
comment on column mart.portrait_snapshot.pref_scene_group_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait_snapshot.pref_scene_group_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait_snapshot.pref_store is 'Preferred store; unknown while support is below three. 偏好门店；支持数不足三为 unknown';
comment on column mart.portrait_snapshot.pref_store_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait_snapshot.pref_store_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait_snapshot.clv_orders_90d is 'Orders expected in 90 days; null for prospects. 预计90天订单数；潜客为空';
comment on column mart.portrait_snapshot.clv_churn_risk is 'Chance of no order in 90 days, calibrated; null for prospects. 90天内不下单的概率（已校准）；潜客为空';
comment on column mart.portrait_snapshot.clv_churn_risk_band is 'low, middle (from .4) or high (from .7); null for prospects. 流失风险：low、middle、high；潜客为空';
comment on column mart.portrait_snapshot.clv_12m_fen is 'Margin expected in 12 months, fen, rounded to half of the leading digit; null for prospects. 未来12个月预计毛利（分，取首位数的半档）；潜客为空';
comment on column mart.portrait_snapshot.promo_line_count is 'Order lines bought. 购买的订单行数';
comment on column mart.portrait_snapshot.promo_discounted_share is 'Share of lines bought at a discount, shrunk towards the population; no input to prices. 折扣购买占比（向总体收缩），不用于定价';
comment on column mart.portrait_snapshot.promo_coupon_count is 'Coupons got. 获得优惠券数';
comment on column mart.portrait_snapshot.promo_coupon_used_count is 'Coupons used. 使用优惠券数';
comment on column mart.portrait_snapshot.promo_coupon_expired_count is 'Coupons that expired unused. 过期未用优惠券数';
comment on column mart.portrait_snapshot.contact_window_start_hour is 'First hour of the best three hours to contact, +08:00. 最佳触达时段起（东八区小时）';
comment on column mart.portrait_snapshot.contact_window_end_hour is 'Hour at which they end. 最佳触达时段止（小时）';
comment on column mart.portrait_snapshot.contact_best_per_week is 'Marketing messages a week that are still answered, 1 to 4. 每周适宜触达次数 1–4';
comment on column mart.portrait_snapshot.contact_is_fatigued is 'Got more than that in seven days. 近7天触达是否过度';
comment on column mart.portrait_snapshot.contact_delivered_count is 'Marketing messages delivered in 365 days. 近365天送达营销消息数';
comment on column mart.portrait_snapshot.contact_response_count is 'Of them opened or clicked. 其中被打开或点击';
comment on column mart.portrait_snapshot.contact_response_rate is 'Share opened or clicked; null without a message. 打开或点击占比；无消息为空';
comment on column mart.portrait_snapshot.sess_90d_count is 'Sessions in 90 days. 近90天会话数';
comment on column mart.portrait_snapshot.sess_90d_average_seconds is 'Mean length of a session in 90 days, seconds. 近90天会话平均时长（秒）';
comment on column mart.portrait_snapshot.sess_90d_average_events is 'Mean events of a session in 90 days. 近90天会话平均事件数';
comment on column mart.portrait_snapshot.sess_90d_bounce_rate is 'Share of sessions of one event in 90 days. 近90天单事件会话占比';
comment on column mart.portrait_snapshot.sess_90d_channel_count is 'Channels with a session in 90 days. 近90天使用渠道数';
comment on column mart.portrait_snapshot.sess_last_at is 'Start of the newest session of 90 days. 最近一次会话开始时间（90天内）';
comment on column mart.portrait_snapshot.cart_last_add_date is 'Newest day of 90 with an addition to the cart. 最近加购日（90天内）';
comment on column mart.portrait_snapshot.cart_90d_session_count is 'Sessions with an addition to the cart in 90 days. 近90天加购会话数';
comment on column mart.portrait_snapshot.cart_90d_abandoned_count is 'Of them without a paid order. 其中未下单会话数';
comment on column mart.portrait_snapshot.cart_is_open is 'Added to the cart on a day after the newest order. 最近一单之后是否有加购';
comment on column mart.portrait_snapshot.ref_invite_count is 'Invitations sent. 邀请次数';
comment on column mart.portrait_snapshot.ref_30d_invite_count is 'Invitations sent in 30 days. 近30天邀请次数';
comment on column mart.portrait_snapshot.ref_converted_count is 'Invitations that won a customer. 邀请成功次数';
comment on column mart.portrait_snapshot.loyalty_tier is 'Tier of the member programme. 会员等级';
comment on column mart.portrait_snapshot.loyalty_points_balance is 'Points that can be spent. 可用积分';
comment on column mart.portrait_snapshot.loyalty_90d_points_earned is 'Points earned in 90 days. 近90天获得积分';
comment on column mart.portrait_snapshot.loyalty_90d_points_spent is 'Points spent in 90 days. 近90天使用积分';
comment on column mart.portrait_snapshot.loyalty_30d_check_in_count is 'Days checked in in 30 days. 近30天签到天数';
comment on column mart.portrait_snapshot.loyalty_longest_streak is 'Longest streak of check-ins, days. 最长连续签到天数';
comment on column mart.portrait_snapshot.loyalty_stored_value_fen is 'Stored value left, gifts included, fen. 储值余额（含赠送，分）';
comment on column mart.portrait_snapshot.svc_90d_conversation_count is 'Conversations with customer service in 90 days. 近90天客服会话数';
comment on column mart.portrait_snapshot.svc_low_rating_count is 'Conversations rated 1 or 2. 低分客服会话数（1–2分）';
comment on column mart.portrait_snapshot.svc_average_rating is 'Mean rating of conversations; null without one. 客服平均评分；无评分为空';

grant select on mart.portrait_snapshot to c360_bi, c360_offers, c360_privacy;
grant select, insert, delete on mart.portrait_snapshot to c360_publish;
