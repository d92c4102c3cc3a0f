create table mart.contact_policy (
    policy_id text not null,
    channel text not null,
    kind text not null,
    is_hard boolean not null,
    window_hours integer,
    max_count integer,
    reserve_price_fen bigint not null,
    reason_code text not null,
    valid_from date not null,
    valid_to date,
    text_zh text not null,
    text_en text not null,
    primary key (policy_id, valid_from)
);

comment on table mart.contact_policy is 'One contact rule of the platform or the brand, from when until when. 每行一条触达规则及其有效期。';
comment on column mart.contact_policy.policy_id is 'Id of the rule. 规则编号';
comment on column mart.contact_policy.channel is 'Channel it is about, or all. 渠道；all 为全部';
comment on column mart.contact_policy.kind is 'What it counts: person, offer, reject, impression, month, grant and more. 规则类型';
comment on column mart.contact_policy.is_hard is 'Of the platform or the law: never broken; else a cap of the brand. 是否为硬性规则';
comment on column mart.contact_policy.window_hours is 'Hours it looks back, or holds. 时间窗（小时）';
comment on column mart.contact_policy.max_count is 'How many are allowed within it. 时间窗内上限';
comment on column mart.contact_policy.reserve_price_fen is 'A scarce slot is spent only above this value, fen. 稀缺名额的保留价（分）';
comment on column mart.contact_policy.reason_code is 'Reason given to whom it holds back. 拦截时的原因代码';
comment on column mart.contact_policy.valid_from is 'First day. 生效日';
comment on column mart.contact_policy.valid_to is 'First day it holds no more; null while it holds. 失效日；有效中为空';
comment on column mart.contact_policy.text_zh is 'In Chinese. 中文说明';
comment on column mart.contact_policy.text_en is 'In English. 英文说明';

grant select on mart.contact_policy to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.contact_policy to c360_publish;

create table mart.experiment_assignment (
    experiment_id text not null,
    profile_id text not null,
    arm text not null,
    assigned_on date not null,
    exposed_at timestamptz,
    contaminated_at timestamptz,
    primary key (experiment_id, profile_id)
);

comment on table mart.experiment_assignment is 'Experiment × person: the arm, drawn at first eligibility and kept. 每行一位客户在一个实验中的分组（首次符合条件时抽取并保留）。';
comment on column mart.experiment_assignment.experiment_id is 'global, or the offer that is tested. 实验编号：global 或优惠编号';
comment on column mart.experiment_assignment.profile_id is 'Stable id of the profile. 档案的稳定编号';
comment on column mart.experiment_assignment.arm is 'treat or control. 实验组或对照组';
comment on column mart.experiment_assignment.assigned_on is 'First day it holds for. 分组生效日';
comment on column mart.experiment_assignment.exposed_at is 'First delivered marketing message since. 首次送达营销消息时间';
comment on column mart.experiment_assignment.contaminated_at is 'Since when the outcome tells nothing certain: a control was reached, or a merge joined both arms. 受污染时间（对照组被触达或合并了不同分组）';

grant select on mart.experiment_assignment to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.experiment_assignment to c360_publish;

create table mart.offer_performance_daily (
    stat_date date not null,
    offer_id text not null,
    channel text not null,
    arm text not null,
    rank smallint not null,
    decided_count integer not null,
    sent_count integer not null,
    delivered_count integer not null,
    opened_count integer not null,
    clicked_count integer not null,
    converted_count integer not null,
    revenue_fen bigint not null,
    redemption_cost_fen bigint not null,
    lift numeric(5,4),
    lift_lower numeric(5,4),
    lift_upper numeric(5,4),
    primary key (stat_date, offer_id, channel, arm, rank)
);

comment on table mart.offer_performance_daily is 'Day × offer × channel × arm × rank: what was decided, sent and answered, and what it changed. 每日优惠效果：决策、触达、响应、转化与提升。';
comment on column mart.offer_performance_daily.stat_date is 'Day on which decisions began and messages were sent. 决策生效日与发送日';
comment on column mart.offer_performance_daily.offer_id is 'Id of the offer. 优惠编号';
comment on column mart.offer_performance_daily.channel is 'Channel; none: kept back for comparison. 渠道；对照组为 none';
comment on column mart.offer_performance_daily.arm is 'treat, explore, fallback or control; none: a message that no decision asked for. 实验组别；无对应决策的消息为 none';
comment on column mart.offer_performance_daily.rank is 'Rank of the decision, 0 generic; -1: control, or no decision. 排名；0 为兜底；-1 为对照或无决策';
comment on column mart.offer_performance_daily.decided_count is 'Decisions that began. 当日生效的决策数';
comment on column mart.offer_performance_daily.sent_count is 'Messages sent that did not fail. 发送数（不含失败）';
comment on column mart.offer_performance_daily.delivered_count is 'Delivered of them. 送达数';
comment on column mart.offer_performance_daily.opened_count is 'Opened of them. 打开数';
comment on column mart.offer_performance_daily.clicked_count is 'Clicked of them. 点击数';
comment on column mart.offer_performance_daily.converted_count is 'Decisions after which the person ordered within 14 days, so far, sent or not. 决策后14天内下单的决策数（截至目前，无论是否发送）';
comment on column mart.offer_performance_daily.revenue_fen is 'Net amount of those orders, fen; an order counts for each decision, so do not add up offers. 上述订单净额（分）；同一订单可计入多个决策';
comment on column mart.offer_performance_daily.redemption_cost_fen is 'Cost of the offer''s coupons used within 14 days of the decision, fen. 决策后14天内核销成本（分）';
comment on column mart.offer_performance_daily.lift is 'Conversion rate of all who were assigned to the offer''s arm treat that day less that of control, the same in all rows of the day and offer; null: no control. 当日分入该优惠实验组者与对照组的转化率之差';
comment on column mart.offer_performance_daily.lift_lower is 'Lower end of its 95 % interval. 95% 置信区间下限';
comment on column mart.offer_performance_daily.lift_upper is 'Upper end. 95% 置信区间上限';

grant select on mart.offer_performance_daily to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.offer_performance_daily to c360_publish;

create table mart.offer_rule (
    offer_id text not null,
    stage text not null,
    rule_number smallint not null,
    reason_code text not null,
    predicate text not null,
    primary key (offer_id, stage, rule_number)
);

comment on table mart.offer_rule is 'One rule of an offer: for whom it is. 每行一条优惠规则：面向哪些客户。';
comment on column mart.offer_rule.offer_id is 'Id of the offer. 优惠编号';
comment on column mart.offer_rule.stage is 'eligible, applicable or suitable: the order in which rules are asked. 规则阶段';
comment on column mart.offer_rule.rule_number is 'Order within the stage. 阶段内顺序';
comment on column mart.offer_rule.reason_code is 'Reason given to whom the rule does not let pass. 未通过时的原因代码';
comment on column mart.offer_rule.predicate is 'What must hold of the portrait. 针对画像的条件';

grant select on mart.offer_rule to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.offer_rule to c360_publish;

create table mart.offer_target (
    offer_id text not null,
    target_kind text not null,
    target text not null,
    primary key (offer_id, target_kind, target)
);

comment on table mart.offer_target is 'Offer × category or product that it covers; an offer without a row covers all. 每行一个优惠适用的品类或商品；无记录即全部适用。';
comment on column mart.offer_target.offer_id is 'Id of the offer. 优惠编号';
comment on column mart.offer_target.target_kind is 'category or product. 品类或商品';
comment on column mart.offer_target.target is 'The category, or the product id. 品类名或商品编号';

grant select on mart.offer_target to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.offer_target to c360_publish;
