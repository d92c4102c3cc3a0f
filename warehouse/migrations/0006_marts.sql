create table mart.funnel_daily (
    funnel_date date not null,
    channel text not null,
    scene_group text not null,
    device_type text not null,
    attempt_count integer not null,
    product_view_count integer not null,
    cart_add_count integer not null,
    checkout_start_count integer not null,
    order_paid_count integer not null,
    login_wall_count integer not null,
    product_view_median_seconds integer,
    cart_add_median_seconds integer,
    checkout_start_median_seconds integer,
    order_paid_median_seconds integer,
    product_view_rate numeric(5,4),
    cart_add_rate numeric(5,4),
    checkout_start_rate numeric(5,4),
    order_paid_rate numeric(5,4),
    overall_rate numeric(5,4),
    login_wall_rate numeric(5,4),
    is_complete boolean not null,
    primary key (funnel_date, channel, scene_group, device_type)
);

comment on table mart.funnel_daily is 'Day × channel × scene group × device of the opening event: attempts of the purchase funnel within 24 hours. 按开启事件的日期、渠道、场景组、设备统计24小时内的购买漏斗。';
comment on column mart.funnel_daily.funnel_date is 'Day of the opening event. 开启事件所在日';
comment on column mart.funnel_daily.channel is 'Channel. 渠道';
comment on column mart.funnel_daily.scene_group is 'Scene group of the opening event. 开启事件的场景组';
comment on column mart.funnel_daily.device_type is 'Device of the opening event. 开启事件的设备';
comment on column mart.funnel_daily.attempt_count is 'Attempts opened: launch, or first page of the website. 开启的尝试数';
comment on column mart.funnel_daily.product_view_count is 'Attempts that reached a product view. 到达商品浏览的尝试数';
comment on column mart.funnel_daily.cart_add_count is 'Attempts that reached the cart after it. 随后加购的尝试数';
comment on column mart.funnel_daily.checkout_start_count is 'Attempts that reached the checkout after it. 随后发起结算的尝试数';
comment on column mart.funnel_daily.order_paid_count is 'Attempts that ended in a payment. 完成支付的尝试数';
comment on column mart.funnel_daily.login_wall_count is 'Attempts that met the login wall. 遇到登录墙的尝试数';
comment on column mart.funnel_daily.product_view_median_seconds is 'Median seconds from opening to product view. 从开启到商品浏览的中位秒数';
comment on column mart.funnel_daily.cart_add_median_seconds is 'Median seconds from product view to cart. 从商品浏览到加购的中位秒数';
comment on column mart.funnel_daily.checkout_start_median_seconds is 'Median seconds from cart to checkout. 从加购到结算的中位秒数';
comment on column mart.funnel_daily.order_paid_median_seconds is 'Median seconds from checkout to payment. 从结算到支付的中位秒数';
comment on column mart.funnel_daily.product_view_rate is 'product_view_count / attempt_count. 商品浏览率';
comment on column mart.funnel_daily.cart_add_rate is 'cart_add_count / product_view_count. 加购率';
comment on column mart.funnel_daily.checkout_start_rate is 'checkout_start_count / cart_add_count. 结算率';
comment on column mart.funnel_daily.order_paid_rate is 'order_paid_count / checkout_start_count. 支付率';
comment on column mart.funnel_daily.overall_rate is 'order_paid_count / attempt_count. 整体转化率';
comment on column mart.funnel_daily.login_wall_rate is 'login_wall_count / attempt_count. 登录墙触达率';
comment on column mart.funnel_daily.is_complete is 'The 24 hours of every attempt of the day are over. 当日所有尝试的24小时窗口是否已结束';

grant select on mart.funnel_daily to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.funnel_daily to c360_publish;

create table mart.next_best_offer (
    profile_id text not null,
    rank smallint not null,
    offer_id text not null,
    channel text not null,
    account_id text,
    template_id text,
    send_after timestamptz not null,
    send_before timestamptz not null,
    p_convert numeric(8,6) not null,
    p_untreated numeric(8,6),
    value_fen bigint not null,
    redemption_cost_fen bigint not null,
    send_cost_fen bigint not null,
    context_weight numeric(4,2) not null,
    lever numeric(4,2) not null,
    stock_price_fen numeric(14,2) not null,
    slot_price_fen numeric(14,2) not null,
    expected_value_fen numeric(14,2) not null,
    is_allocated boolean not null,
    reason_codes text[] not null,
    reason_zh text not null,
    reason_en text not null,
    policy_ids text[] not null,
    arm text not null,
    p_logged numeric(8,6) not null,
    model_version text,
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    primary key (profile_id, rank)
);

comment on table mart.next_best_offer is 'Known person × rank: only what may be sent. 每行一位客户的一个可发送优惠（按排名）。';
comment on column mart.next_best_offer.profile_id is 'Stable id of the profile. 档案的稳定编号';
comment on column mart.next_best_offer.rank is '1 is best, up to 5; 0 is the offer that is the same for everybody. 排名 1–5；0 为非个性化兜底';
comment on column mart.next_best_offer.offer_id is 'Id of the offer. 优惠编号';
comment on column mart.next_best_offer.channel is 'Channel to send it through. 发送渠道';
comment on column mart.next_best_offer.account_id is 'Account of the brand that sends. 发送账号';
comment on column mart.next_best_offer.template_id is 'Message template. 消息模板';
comment on column mart.next_best_offer.send_after is 'Not before; on every day only outside the quiet hours. 最早发送时间；每日须避开静默时段';
comment on column mart.next_best_offer.send_before is 'Not after. 最晚发送时间';
comment on column mart.next_best_offer.p_convert is 'Probability of a conversion when sent. 发送后的转化概率';
comment on column mart.next_best_offer.p_untreated is 'Probability of a conversion without it. 不发送时的转化概率';
comment on column mart.next_best_offer.value_fen is 'Worth of a conversion V, fen. 转化价值 V（分）';
comment on column mart.next_best_offer.redemption_cost_fen is 'Cost when redeemed, fen. 核销成本（分）';
comment on column mart.next_best_offer.send_cost_fen is 'Cost of sending, fen. 发送成本（分）';
comment on column mart.next_best_offer.context_weight is 'Weight C of the context, 0.5 to 2. 情境权重 C';
comment on column mart.next_best_offer.lever is 'Weight L of the business, 0.1 to 10. 业务权重 L';
comment on column mart.next_best_offer.stock_price_fen is 'Shadow price of the stock, fen; 0 so far. 库存影子价（分），目前为 0';
comment on column mart.next_best_offer.slot_price_fen is 'Price of a scarce sending slot, fen; 0 so far. 发送名额价（分），目前为 0';
comment on column mart.next_best_offer.expected_value_fen is 'C·L·(P·(V − redemption cost) − P0·V) − send cost − stock price − slot price, fen. 期望价值（分）';
comment on column mart.next_best_offer.is_allocated is 'Got a place under stock and budget. 是否已分配名额';
comment on column mart.next_best_offer.reason_codes is 'Why this offer. 推荐原因代码';
comment on column mart.next_best_offer.reason_zh is 'Why, in Chinese. 推荐原因（中文）';
comment on column mart.next_best_offer.reason_en is 'Why, in English. 推荐原因（英文）';
comment on column mart.next_best_offer.policy_ids is 'Contact rules it passed. 已通过的触达规则';
comment on column mart.next_best_offer.arm is 'treat, explore or fallback. 实验组别';
comment on column mart.next_best_offer.p_logged is 'Probability with which this decision was taken. 决策概率';
comment on column mart.next_best_offer.model_version is 'Version of the model; null: scored by rules. 模型版本；空为规则评分';
comment on column mart.next_best_offer.valid_from is 'Start of the offer''s window. 有效期开始';
comment on column mart.next_best_offer.valid_to is 'End of the offer''s window. 有效期结束';

grant select on mart.next_best_offer to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.next_best_offer to c360_publish;

create table mart.offer (
    offer_id text not null,
    valid_from date not null,
    valid_to date,
    name_zh text not null,
    name_en text not null,
    goal text not null,
    kind text not null,
    offer_group text not null,
    category text,
    value_fen bigint not null,
    redemption_cost_fen bigint not null,
    margin_rate numeric(5,4),
    stock integer,
    budget_fen bigint,
    start_date date not null,
    end_date date not null,
    channels text[] not null,
    template_id text,
    allowed_goals text[] not null,
    is_fallback boolean not null,
    lever numeric(4,2) not null,
    primary key (offer_id, valid_from)
);

comment on table mart.offer is 'One version of an offer of the catalogue. 每行一个优惠的一个版本。';
comment on column mart.offer.offer_id is 'Id of the offer. 优惠编号';
comment on column mart.offer.valid_from is 'First day of this version. 版本生效日';
comment on column mart.offer.valid_to is 'First day this version holds no more; null while it holds. 版本失效日；有效中为空';
comment on column mart.offer.name_zh is 'Chinese name. 中文名';
comment on column mart.offer.name_en is 'English name. 英文名';
comment on column mart.offer.goal is 'What it is for. 目标';
comment on column mart.offer.kind is 'coupon, group_buy, flash_sale, bargain, points, stored_value, check_in, content, follow_account or service. 类型';
comment on column mart.offer.offer_group is 'At most two of a group for one person. 优惠组，每人同组至多两个';
comment on column mart.offer.category is 'Category it covers; null covers all. 覆盖品类；空为全部';
comment on column mart.offer.value_fen is 'Worth of one conversion to the brand, fen. 一次转化的价值（分）';
comment on column mart.offer.redemption_cost_fen is 'Paid only when redeemed, fen. 核销成本（分，仅核销时发生）';
comment on column mart.offer.margin_rate is 'Gross margin, 0 to 1. 毛利率';
comment on column mart.offer.stock is 'How often it may be redeemed; null is unlimited. 库存；空为不限';
comment on column mart.offer.budget_fen is 'Budget, fen; null is unlimited. 预算（分）；空为不限';
comment on column mart.offer.start_date is 'First day it may be sent. 开始日';
comment on column mart.offer.end_date is 'Last day it may be sent. 结束日';
comment on column mart.offer.channels is 'Channels it may be sent through. 可用渠道';
comment on column mart.offer.template_id is 'Message template. 消息模板';
comment on column mart.offer.allowed_goals is 'Goals the template allows. 模板允许的目标';
comment on column mart.offer.is_fallback is 'May be sent without personalisation. 是否可作为非个性化兜底';
comment on column mart.offer.lever is 'Weight L of the business, 0.1 to 10. 业务权重 L';

grant select on mart.offer to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.offer to c360_publish;

create table mart.offer_suppressed (
    profile_id text not null,
    offer_id text not null,
    stage text not null,
    reason_code text not null,
    reason_zh text not null,
    reason_en text not null,
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    primary key (profile_id, offer_id)
);

comment on table mart.offer_suppressed is 'Reachable known person × live offer that is not in next_best_offer, and why. 每行一位可触达客户未获得的一个在线优惠及原因。';
comment on column mart.offer_suppressed.profile_id is 'Stable id of the profile. 档案的稳定编号';
comment on column mart.offer_suppressed.offer_id is 'Id of the offer. 优惠编号';
comment on column mart.offer_suppressed.stage is 'Where it fell: eligible, applicable, suitable, consent, policy, holdout, value, diversity or stock. 被拦截的阶段';
comment on column mart.offer_suppressed.reason_code is 'Reason. 原因代码';
comment on column mart.offer_suppressed.reason_zh is 'Reason in Chinese. 原因（中文）';
comment on column mart.offer_suppressed.reason_en is 'Reason in English. 原因（英文）';
comment on column mart.offer_suppressed.valid_from is 'When the reason began. 原因起始时间';
comment on column mart.offer_suppressed.valid_to is 'When it ends. 原因终止时间';

grant select on mart.offer_suppressed to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.offer_suppressed to c360_publish;

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
    amt_1d_net_fen bigint not null,
    amt_7d_net_fen bigint not null,
    amt_30d_net_fen bigint not null,
    amt_90d_net_fen bigint not null,
    pref_channel text not null,
    pref_channel_share numeric(4,2),
    pref_channel_support_count integer not null,
    pref_device text not null,
    pref_device_share numeric(4,2),
    pref_device_support_count integer not null,
    pref_hour text not null,
    pref_hour_share numeric(4,2),
    pref_hour_support_count integer not null,
    pref_category text not null,
    pref_category_share numeric(4,2),
    pref_category_support_count integer not null,
    pref_promotion text not null,
    pref_promotion_share numeric(4,2),
    pref_promotion_support_count integer not null,
    loyalty_tier text,
    loyalty_points_balance bigint,
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
comment on column mart.portrait.amt_1d_net_fen is 'Net paid, fen, 1 day up to as_of. 近1天净支付（分）';
comment on column mart.portrait.amt_7d_net_fen is 'Net paid, fen, 7 days up to as_of. 近7天净支付（分）';
comment on column mart.portrait.amt_30d_net_fen is 'Net paid, fen, 30 days up to as_of. 近30天净支付（分）';
comment on column mart.portrait.amt_90d_net_fen is 'Net paid, fen, 90 days up to as_of. 近90天净支付（分）';
comment on column mart.portrait.pref_channel is 'Preferred channel; unknown while support is below three. 偏好渠道；支持数不足三为 unknown';
comment on column mart.portrait.pref_channel_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait.pref_channel_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait.pref_device is 'Preferred device; unknown while support is below three. 偏好设备；支持数不足三为 unknown';
comment on column mart.portrait.pref_device_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait.pref_device_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait.pref_hour is 'Preferred hour; unknown while support is below three. 偏好时段（小时）；支持数不足三为 unknown';
comment on column mart.portrait.pref_hour_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait.pref_hour_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait.pref_category is 'Preferred category; unknown while support is below three. 偏好品类；支持数不足三为 unknown';
comment on column mart.portrait.pref_category_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait.pref_category_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait.pref_promotion is 'Preferred promotion; unknown while support is below three. 偏好促销类型；支持数不足三为 unknown';
comment on column mart.portrait.pref_promotion_share is 'Share of it, shrunk towards the population; null when unknown. 该偏好的占比（向总体收缩）；unknown 时为空';
comment on column mart.portrait.pref_promotion_support_count is 'Observations behind it. 支持该偏好的观察次数';
comment on column mart.portrait.loyalty_tier is 'Tier of the member programme. 会员等级';
comment on column mart.portrait.loyalty_points_balance is 'Points that can be spent. 可用积分';

grant select on mart.portrait to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.portrait to c360_publish;

create table mart.profile (
    profile_id text not null,
    kind text not null,
    display_name_masked text,
    first_seen_at timestamptz,
    last_seen_at timestamptz,
    member_id_count integer not null,
    openid_count integer not null,
    phone_count integer not null,
    email_count integer not null,
    device_count integer not null,
    web_cookie_count integer not null,
    has_unionid boolean not null,
    reach_mp_subscribe boolean not null,
    reach_official_account boolean not null,
    reach_wecom boolean,
    reach_sms boolean not null,
    reach_email boolean not null,
    reach_push boolean not null,
    consent_marketing boolean not null,
    personalisation_opt_out boolean not null,
    is_minor boolean,
    member_tier text,
    points_balance bigint,
    stored_value_band text,
    lifecycle_stage text,
    visit_stage text,
    rfm_segment text,
    value_tier text,
    churn_risk_band text,
    clv_12m_fen bigint,
    last_order_at timestamptz,
    next_due_at timestamptz,
    pref_channel text,
    pref_device text,
    pref_category text,
    pref_content text,
    pref_promo text,
    best_window_start time,
    best_window_end time,
    best_contacts_per_week integer,
    nbo_offer_id text,
    nbo_channel text,
    nbo_expected_value numeric(14,2),
    last_contact_at timestamptz,
    contacts_7d integer not null,
    contacts_30d integer not null,
    primary key (profile_id)
);

comment on table mart.profile is 'One live profile of kind known or anonymous: what marketers open first. 每行一个有效档案（实名或匿名）：营销人员首先查看的表。';
comment on column mart.profile.profile_id is 'Stable id of the profile. 档案的稳定编号';
comment on column mart.profile.kind is 'known (an account, or a verified phone or e-mail) or anonymous. 类型：known 实名，anonymous 匿名';
comment on column mart.profile.display_name_masked is 'Masked phone, else masked member number. 脱敏后的手机号，否则脱敏会员号';
comment on column mart.profile.first_seen_at is 'First moment any of its identifiers was seen. 首次出现时间';
comment on column mart.profile.last_seen_at is 'Newest activity. 最近一次出现时间';
comment on column mart.profile.member_id_count is 'Member numbers. 会员号数量';
comment on column mart.profile.openid_count is 'WeChat openids, one for each account of the brand. openid 数量（每个账号各一个）';
comment on column mart.profile.phone_count is 'Phone numbers. 手机号数量';
comment on column mart.profile.email_count is 'E-mail addresses. 邮箱数量';
comment on column mart.profile.device_count is 'Devices and installations. 设备与安装数量';
comment on column mart.profile.web_cookie_count is 'Browser cookies. 网页 Cookie 数量';
comment on column mart.profile.has_unionid is 'Has a unionid of the brand''s Open Platform account. 是否有品牌开放平台的 unionid';
comment on column mart.profile.reach_mp_subscribe is 'At least one subscription message may still be sent. 是否还有可用的小程序订阅消息授权';
comment on column mart.profile.reach_official_account is 'Follows the service account. 是否关注服务号';
comment on column mart.profile.reach_wecom is 'Is a WeCom contact. 是否企业微信客户';
comment on column mart.profile.reach_sms is 'Has a phone number. 是否有手机号可发短信';
comment on column mart.profile.reach_email is 'Has an e-mail address. 是否有邮箱';
comment on column mart.profile.reach_push is 'Has an installation of the app. 是否装有应用可推送';
comment on column mart.profile.consent_marketing is 'Agreed to marketing on at least one channel, and did not opt out of all. 是否同意至少一个渠道的营销触达';
comment on column mart.profile.personalisation_opt_out is 'Asked not to get personalised recommendations. 是否关闭个性化推荐';
comment on column mart.profile.is_minor is 'Younger than 18; null when the age is unknown. 是否未成年；未知为空';
comment on column mart.profile.member_tier is 'Tier of the member programme. 会员等级';
comment on column mart.profile.points_balance is 'Points that can be spent. 可用积分';
comment on column mart.profile.stored_value_band is 'Band of the stored-value balance. 储值余额档位';
comment on column mart.profile.lifecycle_stage is 'prospect, new, active, at_risk, dormant or lost. 生命周期阶段：潜客、新客、活跃、预警、沉睡、流失';
comment on column mart.profile.visit_stage is 'new, early, habit, long, sleeping, lost or returned. 访问阶段：新访、早期、成习惯、长期、沉睡、流失、回流';
comment on column mart.profile.rfm_segment is 'Segment by recency and frequency; none for who never bought. RFM 分群；从未购买为 none';
comment on column mart.profile.value_tier is 'high, middle, low, or none for who never bought. 价值层级：高、中、低，从未购买为 none';
comment on column mart.profile.churn_risk_band is 'Band of the risk that no order comes within 90 days. 90天内不再下单的风险档位';
comment on column mart.profile.clv_12m_fen is 'Forecast of the margin of twelve months, fen. 未来12个月毛利预测（分）';
comment on column mart.profile.last_order_at is 'Newest paid order. 最近一次付款订单时间';
comment on column mart.profile.next_due_at is 'When the next order is expected, start of the day. 预计下次下单日（当日零点）';
comment on column mart.profile.pref_channel is 'Preferred channel; unknown below three observations. 偏好渠道；观察不足三次为 unknown';
comment on column mart.profile.pref_device is 'Preferred device. 偏好设备';
comment on column mart.profile.pref_category is 'Preferred category. 偏好品类';
comment on column mart.profile.pref_content is 'Preferred content. 偏好内容';
comment on column mart.profile.pref_promo is 'Preferred promotion type. 偏好促销类型';
comment on column mart.profile.best_window_start is 'Start of the three best hours for a contact. 最佳触达时段开始';
comment on column mart.profile.best_window_end is 'End of the three best hours for a contact. 最佳触达时段结束';
comment on column mart.profile.best_contacts_per_week is 'Contacts a week that still work. 每周最佳触达次数';
comment on column mart.profile.nbo_offer_id is 'Best offer that may be sent. 下一个最佳优惠';
comment on column mart.profile.nbo_channel is 'Channel for it. 对应渠道';
comment on column mart.profile.nbo_expected_value is 'Its expected value, fen. 期望价值（分）';
comment on column mart.profile.last_contact_at is 'Newest delivered marketing message. 最近一次送达的营销触达';
comment on column mart.profile.contacts_7d is 'Delivered marketing messages in 7 days. 近7天送达的营销触达次数';
comment on column mart.profile.contacts_30d is 'Delivered marketing messages in 30 days. 近30天送达的营销触达次数';

grant select on mart.profile to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.profile to c360_publish;

create table mart.profile_identifier (
    profile_id text not null,
    identifier_id bigint not null,
    namespace text not null,
    scope text not null,
    masked_value text,
    status text not null,
    first_seen_at timestamptz,
    last_seen_at timestamptz,
    primary key (profile_id, identifier_id)
);

comment on table mart.profile_identifier is 'One known person × identifier. 每行一位实名客户的一个标识。';
comment on column mart.profile_identifier.profile_id is 'Stable id of the profile. 档案的稳定编号';
comment on column mart.profile_identifier.identifier_id is 'Number of the identifier in the dictionary. 标识在字典中的编号';
comment on column mart.profile_identifier.namespace is 'Kind of identifier: member_id, unionid, openid, phone, e-mail, device, cookie. 标识类型';
comment on column mart.profile_identifier.scope is 'Account the identifier belongs to, empty when it needs none. 标识所属账号，无则为空';
comment on column mart.profile_identifier.masked_value is 'Masked value; the clear value stays in the identity schema. 脱敏值；明文只在身份层';
comment on column mart.profile_identifier.status is 'active, junk, quarantined or shared. 状态';
comment on column mart.profile_identifier.first_seen_at is 'First sighting. 首次出现时间';
comment on column mart.profile_identifier.last_seen_at is 'Newest sighting. 最近出现时间';

grant select on mart.profile_identifier to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.profile_identifier to c360_publish;

create table mart.profile_redirect (
    old_profile_id text not null,
    profile_id text,
    status text not null,
    changed_at timestamptz not null,
    primary key (old_profile_id)
);

comment on table mart.profile_redirect is 'One profile id that is no longer live, and where it leads. 每行一个失效档案编号及其去向。';
comment on column mart.profile_redirect.old_profile_id is 'Id that is no longer live. 失效的档案编号';
comment on column mart.profile_redirect.profile_id is 'Live profile that holds its anchor identifier now; null when erased. 现持有其锚定标识的档案；已删除则为空';
comment on column mart.profile_redirect.status is 'retired or erased. 状态：retired 合并失效，erased 已删除';
comment on column mart.profile_redirect.changed_at is 'When it stopped being live. 失效时间';

grant select on mart.profile_redirect to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.profile_redirect to c360_publish;

create table mart.retention_cohort (
    activity text not null,
    period text not null,
    cohort_date date not null,
    channel text not null,
    scene_group text not null,
    period_offset integer not null,
    cohort_count integer not null,
    active_count integer,
    retention_rate numeric(5,4),
    primary key (activity, period, cohort_date, channel, scene_group, period_offset)
);

comment on table mart.retention_cohort is 'Cohort × channel and scene group of the first activity × periods after it. 每行一个人群（首次活动的日期、渠道、场景组）在若干期后的留存。';
comment on column mart.retention_cohort.activity is 'visit, or order (paid and not cancelled). 活动类型：visit 访问，order 付款订单';
comment on column mart.retention_cohort.period is 'day or month (calendar). 周期：day 日，month 自然月';
comment on column mart.retention_cohort.cohort_date is 'Day, or first day of the month, of the first activity. 首次活动日，或所在月首日';
comment on column mart.retention_cohort.channel is 'Channel of the first activity. 首次活动渠道';
comment on column mart.retention_cohort.scene_group is 'Scene group of the first activity. 首次活动场景组';
comment on column mart.retention_cohort.period_offset is 'Periods after the cohort''s: 1, 7, 30 days or 1 to 12 months. 相隔期数：1、7、30日或1–12月';
comment on column mart.retention_cohort.cohort_count is 'Persons in the cohort. 人群人数';
comment on column mart.retention_cohort.active_count is 'Persons of it active in that period; null until the period is over. 该期活跃人数；期未结束为空';
comment on column mart.retention_cohort.retention_rate is 'active_count / cohort_count. 留存率';

grant select on mart.retention_cohort to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.retention_cohort to c360_publish;
