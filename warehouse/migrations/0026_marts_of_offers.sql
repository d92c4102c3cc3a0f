drop table mart.offer_suppressed;

create table mart.contact_state (
    profile_id text not null,
    channel text not null,
    last_sent_at timestamptz,
    last_delivered_at timestamptz,
    last_response_at timestamptz,
    month_count integer not null,
    slots_left integer,
    grants_left integer,
    blocked_by text,
    blocked_from timestamptz,
    blocked_until timestamptz,
    primary key (profile_id, channel)
);

comment on table mart.contact_state is 'Known person × channel with a message of the last 90 days or a grant: what was sent and what the hard rules leave. 每行一位客户的一个渠道：已发送情况与硬性规则剩余额度。';
comment on column mart.contact_state.profile_id is 'Stable id of the profile. 档案的稳定编号';
comment on column mart.contact_state.channel is 'Channel. 渠道';
comment on column mart.contact_state.last_sent_at is 'Newest message of 90 days. 最近一次发送（90天内）';
comment on column mart.contact_state.last_delivered_at is 'Newest delivered one. 最近一次送达';
comment on column mart.contact_state.last_response_at is 'Newest opening or click. 最近一次打开或点击';
comment on column mart.contact_state.month_count is 'Marketing messages of the calendar month of the decided day. 决策日所在自然月的营销消息数';
comment on column mart.contact_state.slots_left is 'How many more the channel allows in that month; null: no such limit. 当月剩余名额；空为不限';
comment on column mart.contact_state.grants_left is 'Subscription messages that may still be sent. 剩余订阅消息授权次数';
comment on column mart.contact_state.blocked_by is 'Hard rule that blocks the channel. 当前阻断该渠道的硬性规则';
comment on column mart.contact_state.blocked_from is 'Since when. 阻断起始时间';
comment on column mart.contact_state.blocked_until is 'Until when. 阻断终止时间';

grant select on mart.contact_state to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.contact_state to c360_publish;

drop table mart.next_best_offer;
create table mart.next_best_offer (
    profile_id text not null,
    rank smallint not null,
    offer_id text not null,
    channel text not null,
    account_id text,
    template_id text,
    send_after timestamptz not null,
    send_before timestamptz not null,
    p_convert numeric(8,6),
    p_untreated numeric(8,6),
    value_fen bigint not null,
    redemption_cost_fen bigint not null,
    send_cost_fen bigint not null,
    context_weight numeric(4,2) not null,
    lever numeric(4,2) not null,
    stock_price_fen numeric(14,2),
    slot_price_fen numeric(14,2),
    expected_value_fen numeric(14,2),
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
comment on column mart.next_best_offer.p_convert is 'Probability of a conversion when sent; null for rank 0. 发送后的转化概率；排名0为空';
comment on column mart.next_best_offer.p_untreated is 'Probability of a conversion without it. 不发送时的转化概率';
comment on column mart.next_best_offer.value_fen is 'Worth of a conversion V, fen. 转化价值 V（分）';
comment on column mart.next_best_offer.redemption_cost_fen is 'Cost when redeemed, fen. 核销成本（分）';
comment on column mart.next_best_offer.send_cost_fen is 'Cost of sending, fen. 发送成本（分）';
comment on column mart.next_best_offer.context_weight is 'Weight C of the context, 0.5 to 2. 情境权重 C';
comment on column mart.next_best_offer.lever is 'Weight L of the business, 0.1 to 10. 业务权重 L';
comment on column mart.next_best_offer.stock_price_fen is 'Price of the stock and budget the row is expected to use, fen; null for rank 0. 预计占用库存与预算的影子价（分）；排名0为空';
comment on column mart.next_best_offer.slot_price_fen is 'Reserve price of the grant or monthly slot, and the channel''s shadow price, fen; null for rank 0. 授权或名额的保留价及渠道影子价（分）；排名0为空';
comment on column mart.next_best_offer.expected_value_fen is 'C·L·(P·(V − redemption cost) − P0·V) − send cost − stock price − slot price, fen; null for rank 0. 期望价值（分）；排名0为空';
comment on column mart.next_best_offer.is_allocated is 'Has the person''s place under stock, budget and slots; false: may be sent instead. 是否已分配名额；否为备选';
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

drop table mart.offer;
create table mart.offer (
    offer_id text not null,
    valid_from date not null,
    valid_to date,
    name_zh text not null,
    name_en text not null,
    goal text not null,
    kind text not null,
    offer_group text not null,
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
    days_after_order integer not null,
    holdout_share numeric(4,2) not null,
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
comment on column mart.offer.days_after_order is 'Days it rests after an order. 下单后静默天数';
comment on column mart.offer.holdout_share is 'Share of eligible persons who do not get it, for comparison. 该优惠的对照组比例';

grant select on mart.offer to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.offer to c360_publish;

create table mart.offer_hold (
    profile_id text not null,
    offer_ids text[] not null,
    reason_codes text[] not null,
    valid_froms timestamptz[] not null,
    valid_tos timestamptz[] not null,
    primary key (profile_id)
);

comment on table mart.offer_hold is 'Known person who is reachable or held out: every live offer that may not be sent, in arrays of one order; offer_suppressed is its readable form. 每行一位客户：不可发送的在线优惠及原因（数组）；offer_suppressed 为其展开视图。';
comment on column mart.offer_hold.profile_id is 'Stable id of the profile. 档案的稳定编号';
comment on column mart.offer_hold.offer_ids is 'Ids of the offers. 优惠编号';
comment on column mart.offer_hold.reason_codes is 'First reason of each. 各优惠的首个原因代码';
comment on column mart.offer_hold.valid_froms is 'When each reason began. 原因起始时间';
comment on column mart.offer_hold.valid_tos is 'When each ends. 原因终止时间';

grant select on mart.offer_hold to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.offer_hold to c360_publish;

create table mart.offer_reason (
    reason_code text not null,
    stage text,
    reason_zh text not null,
    reason_en text not null,
    primary key (reason_code)
);

comment on table mart.offer_reason is 'One reason why an offer is chosen or held back. 每行一个推荐或拦截原因。';
comment on column mart.offer_reason.reason_code is 'Reason. 原因代码';
comment on column mart.offer_reason.stage is 'Stage at which it holds an offer back; null: why an offer was chosen. 拦截阶段；为空表示推荐原因';
comment on column mart.offer_reason.reason_zh is 'In Chinese. 中文说明';
comment on column mart.offer_reason.reason_en is 'In English. 英文说明';

grant select on mart.offer_reason to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.offer_reason to c360_publish;

-- "Whom to send offer X through channel Y": the marketers' first question, answered without reading every row.
create index next_best_offer_by_offer on mart.next_best_offer (offer_id, channel, expected_value_fen desc);

-- Decisions are stored where they are made, one row a person; the view unfolds them.
create view mart.offer_suppressed as
select
    hold.profile_id,
    held.offer_id,
    reason.stage,
    held.reason_code,
    reason.reason_zh,
    reason.reason_en,
    held.valid_from,
    held.valid_to
from mart.offer_hold as hold
cross join lateral unnest(hold.offer_ids, hold.reason_codes, hold.valid_froms, hold.valid_tos)
    as held (offer_id, reason_code, valid_from, valid_to)
inner join mart.offer_reason as reason on held.reason_code = reason.reason_code;

comment on view mart.offer_suppressed is 'Reachable known person × live offer that is not in next_best_offer, and why. 每行一位可触达客户未获得的一个在线优惠及原因。';
comment on column mart.offer_suppressed.profile_id is 'Stable id of the profile. 档案的稳定编号';
comment on column mart.offer_suppressed.offer_id is 'Id of the offer. 优惠编号';
comment on column mart.offer_suppressed.stage is 'Where it fell: eligible, applicable, suitable, consent, policy, holdout, value, diversity or stock. 被拦截的阶段';
comment on column mart.offer_suppressed.reason_code is 'Reason. 原因代码';
comment on column mart.offer_suppressed.reason_zh is 'Reason in Chinese. 原因（中文）';
comment on column mart.offer_suppressed.reason_en is 'Reason in English. 原因（英文）';
comment on column mart.offer_suppressed.valid_from is 'When the reason began. 原因起始时间';
comment on column mart.offer_suppressed.valid_to is 'When it ends. 原因终止时间';
grant select on mart.offer_suppressed to c360_bi, c360_marketer, c360_export, c360_privacy, c360_publish;

-- The log of decisions asks what stands already.
grant select on mart.next_best_offer, mart.offer_suppressed to c360_offers;
