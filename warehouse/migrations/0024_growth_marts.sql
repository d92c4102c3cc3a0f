-- The funnel has two more keys: the table that dbt keeps up by day is made anew with them.
drop table if exists build.funnel_daily;

create table mart.article_daily (
    article_id text not null,
    stat_date date not null,
    title text,
    published_date date,
    reader_count integer not null,
    sharer_count integer not null,
    liker_count integer not null,
    comment_count integer not null,
    share_rate numeric(9,4),
    primary key (article_id, stat_date)
);

comment on table mart.article_daily is 'Article × day: how an article of the official account was read. 公众号文章每日阅读表现。';
comment on column mart.article_daily.article_id is 'The article as WeChat numbers it. 文章编号';
comment on column mart.article_daily.stat_date is 'Day of the reading. 阅读日';
comment on column mart.article_daily.title is 'Its title. 标题';
comment on column mart.article_daily.published_date is 'Day of publication. 发布日';
comment on column mart.article_daily.reader_count is 'Readers. 阅读人数';
comment on column mart.article_daily.sharer_count is 'Persons who shared it. 分享人数';
comment on column mart.article_daily.liker_count is 'Persons who liked it. 点赞人数';
comment on column mart.article_daily.comment_count is 'Comments. 评论数';
comment on column mart.article_daily.share_rate is 'sharer_count / reader_count. 分享率';

grant select on mart.article_daily to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.article_daily to c360_publish;

create table mart.attribution_credit (
    conversion_date date not null,
    model text not null,
    channel text not null,
    scene_group text not null,
    order_count integer not null,
    credit numeric(18,6) not null,
    credited_fen bigint not null,
    primary key (conversion_date, model, channel, scene_group)
);

comment on table mart.attribution_credit is 'Day of the order × model × touch: who gets the credit for orders. 订单归因：各模型下渠道与场景的功劳。';
comment on column mart.attribution_credit.conversion_date is 'Day of the payment. 支付日';
comment on column mart.attribution_credit.model is 'first, last, last_non_direct, linear, position (40/20/40) or time_decay (7 days). 归因模型';
comment on column mart.attribution_credit.channel is 'Channel of the touch; unknown when there was none in 30 days. 触点渠道；30天内无触点为 unknown';
comment on column mart.attribution_credit.scene_group is 'Scene group of the touch, contact for a clicked message, unknown when there was none. 触点场景组；点击触达为 contact';
comment on column mart.attribution_credit.order_count is 'Orders that gave it any credit. 涉及订单数';
comment on column mart.attribution_credit.credit is 'Orders credited; over a day and model they add up to its orders. 归因订单数（同日同模型合计等于订单数）';
comment on column mart.attribution_credit.credited_fen is 'Net value credited. 归因净额（分）';

grant select on mart.attribution_credit to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.attribution_credit to c360_publish;

create table mart.channel_journey (
    journey text not null,
    from_channel text not null,
    from_action text not null,
    to_channel text not null,
    persons integer not null,
    from_persons integer,
    conversion_rate numeric(5,4),
    order_count integer,
    primary key (journey, from_channel, from_action, to_channel)
);

comment on table mart.channel_journey is 'Journey × channel before × channel after: who moves where, and where buyers looked before they paid. 渠道流转：谁从哪个渠道到哪个渠道，买家下单前在哪里看。';
comment on column mart.channel_journey.journey is 'move: first time in another channel; purchase: last look before a payment. move 首次进入另一渠道；purchase 付款前最后浏览';
comment on column mart.channel_journey.from_channel is 'Channel before; none when the buyer looked nowhere within 7 days. 来源渠道；7天内无浏览为 none';
comment on column mart.channel_journey.from_action is 'search or browse, none, or any for a move. 来源行为：搜索、浏览、无；move 为 any';
comment on column mart.channel_journey.to_channel is 'Channel after. 去向渠道';
comment on column mart.channel_journey.persons is 'Known persons who made this journey. 完成该流转的人数';
comment on column mart.channel_journey.from_persons is 'Known persons who could have: of a move those who were there without the other channel before, of a purchase those who looked there in that way. 可流转人数';
comment on column mart.channel_journey.conversion_rate is 'persons / from_persons. 转化率';
comment on column mart.channel_journey.order_count is 'Orders of a purchase journey; they add up to all orders. 订单数（合计等于全部订单）';

grant select on mart.channel_journey to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.channel_journey to c360_publish;

create table mart.contact_fatigue (
    channel text not null,
    contacts_before text not null,
    sent_count integer not null,
    opened_count integer not null,
    rejected_count integer not null,
    response_rate numeric(5,4),
    is_fatigued boolean not null,
    best_contacts_per_week integer not null,
    primary key (channel, contacts_before)
);

comment on table mart.contact_fatigue is 'Channel × messages before: whether one more message still works. 触达疲劳：再多一条是否仍有效。';
comment on column mart.contact_fatigue.channel is 'Contact channel. 触达渠道';
comment on column mart.contact_fatigue.contacts_before is 'Messages to the same person in the 7 days before: 0, 1, 2 or 3+. 此前七天已触达次数';
comment on column mart.contact_fatigue.sent_count is 'Messages sent. 发送数';
comment on column mart.contact_fatigue.opened_count is 'Opened. 打开数';
comment on column mart.contact_fatigue.rejected_count is 'Refused. 拒收数';
comment on column mart.contact_fatigue.response_rate is 'Opened per sent, shrunk to the rate of the channel with the weight of 100 messages. 打开率（向渠道均值收缩，权重100条）';
comment on column mart.contact_fatigue.is_fatigued is 'Fewer than half as many answer as of the rested. 响应率不足未触达者一半';
comment on column mart.contact_fatigue.best_contacts_per_week is 'Messages a week before the answer falls by half; 4 when it never does. 每周适宜触达次数';

grant select on mart.contact_fatigue to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.contact_fatigue to c360_publish;

create table mart.contact_frequency_daily (
    sent_date date not null,
    channel text not null,
    contacts_before text not null,
    sent_count integer not null,
    delivered_count integer not null,
    opened_count integer not null,
    clicked_count integer not null,
    rejected_count integer not null,
    response_rate numeric(5,4),
    rejection_rate numeric(5,4),
    primary key (sent_date, channel, contacts_before)
);

comment on table mart.contact_frequency_daily is 'Day × channel × messages before: what marketing messages met with. 每日营销触达的响应，按此前七天已触达次数。';
comment on column mart.contact_frequency_daily.sent_date is 'Day of sending. 发送日';
comment on column mart.contact_frequency_daily.channel is 'Contact channel. 触达渠道';
comment on column mart.contact_frequency_daily.contacts_before is 'Messages to the same person in the 7 days before: 0, 1, 2 or 3+. 此前七天已触达次数';
comment on column mart.contact_frequency_daily.sent_count is 'Messages sent that did not fail. 发送数（不含失败）';
comment on column mart.contact_frequency_daily.delivered_count is 'Delivered. 送达数';
comment on column mart.contact_frequency_daily.opened_count is 'Opened. 打开数';
comment on column mart.contact_frequency_daily.clicked_count is 'Clicked. 点击数';
comment on column mart.contact_frequency_daily.rejected_count is 'Refused. 拒收数';
comment on column mart.contact_frequency_daily.response_rate is 'opened_count / sent_count. 打开率';
comment on column mart.contact_frequency_daily.rejection_rate is 'rejected_count / sent_count. 拒收率';

grant select on mart.contact_frequency_daily to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.contact_frequency_daily to c360_publish;

create table mart.follow_daily (
    stat_date date not null,
    channel text not null,
    follow_source text not null,
    gained_count integer not null,
    lost_count integer not null,
    net_count integer not null,
    primary key (stat_date, channel, follow_source)
);

comment on table mart.follow_daily is 'Day × account channel × source: followers and WeCom customers won and lost. 公众号关注与企业微信添加、流失。';
comment on column mart.follow_daily.stat_date is 'The day. 日期';
comment on column mart.follow_daily.channel is 'official_account or wecom. 公众号或企业微信';
comment on column mart.follow_daily.follow_source is 'State of the code that was scanned, or none. 渠道码；无为 none';
comment on column mart.follow_daily.gained_count is 'Follows, or customers added. 新增数';
comment on column mart.follow_daily.lost_count is 'Unfollows, or customers removed by either side. 流失数';
comment on column mart.follow_daily.net_count is 'gained_count − lost_count. 净增';

grant select on mart.follow_daily to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.follow_daily to c360_publish;

drop table mart.funnel_daily;
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
    funnel text not null,
    offer_id text not null,
    primary key (funnel_date, funnel, channel, scene_group, device_type, offer_id)
);

comment on table mart.funnel_daily is 'Day × funnel × channel × scene group × device × offer of the opening event: attempts to buy. 按开启事件的日期、渠道、场景组、设备、优惠统计购买漏斗。';
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
comment on column mart.funnel_daily.is_complete is 'The 24 hours (session) or 7 days (purchase) of every attempt of the day are over. 当日所有尝试的窗口是否已结束';
comment on column mart.funnel_daily.funnel is 'session: 24 hours in one channel; purchase: 7 days through all channels. session 单渠道24小时；purchase 跨渠道7天';
comment on column mart.funnel_daily.offer_id is 'Offer whose message was clicked last in the 24 hours before, or none. 此前24小时内最后点击的触达所带优惠；无为 none';

grant select on mart.funnel_daily to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.funnel_daily to c360_publish;

create table mart.loss_cause_daily (
    loss_date date not null,
    channel text not null,
    cause text not null,
    lost_count integer not null,
    person_count integer not null,
    primary key (loss_date, channel, cause)
);

comment on table mart.loss_cause_daily is 'Day × channel × cause: attempts to buy that ended without a payment, by the first rule that explains them. 未成交购买尝试的流失原因（按规则先后首个命中）。';
comment on column mart.loss_cause_daily.loss_date is 'Day of the opening event; its seven days are over. 开启事件所在日（七日窗口已结束）';
comment on column mart.loss_cause_daily.channel is 'Channel of the opening event. 开启事件的渠道';
comment on column mart.loss_cause_daily.cause is 'login_wall, over_contact, complicated_checkout, price, service_complaint, slow_pages, no_content or time. 流失原因';
comment on column mart.loss_cause_daily.lost_count is 'Attempts lost for this cause. 因此流失的尝试数';
comment on column mart.loss_cause_daily.person_count is 'Persons behind them; one of two causes counts in both. 涉及人数（多原因时各计一次）';

grant select on mart.loss_cause_daily to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.loss_cause_daily to c360_publish;

create table mart.loyalty_daily (
    stat_date date not null,
    programme text not null,
    action text not null,
    entry_count integer not null,
    account_count integer not null,
    amount_in bigint not null,
    amount_out bigint not null,
    primary key (stat_date, programme, action)
);

comment on table mart.loyalty_daily is 'Day × programme × action: points, stored value, check-ins, tiers. 会员行为：积分、储值、签到、等级。';
comment on column mart.loyalty_daily.stat_date is 'Day of the entry. 记录日';
comment on column mart.loyalty_daily.programme is 'points, stored_value, check_in or tier. 积分、储值、签到、等级';
comment on column mart.loyalty_daily.action is 'Reason of the entry, or the tier reached. 原因；等级为新等级';
comment on column mart.loyalty_daily.entry_count is 'Entries. 笔数';
comment on column mart.loyalty_daily.account_count is 'Accounts they belong to. 涉及账户数';
comment on column mart.loyalty_daily.amount_in is 'Points or fen that came in, gifts included. 增加的积分或金额（分，含赠送）';
comment on column mart.loyalty_daily.amount_out is 'Points or fen that went out. 减少的积分或金额（分）';

grant select on mart.loyalty_daily to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.loyalty_daily to c360_publish;

create table mart.reactivation_daily (
    return_date date not null,
    contact_channel text not null,
    channel text not null,
    scene_group text not null,
    sleeping_count integer not null,
    returned_count integer not null,
    reactivation_rate numeric(5,4),
    primary key (return_date, contact_channel, channel, scene_group)
);

comment on table mart.reactivation_daily is 'Day × last message × door of the return: who came back after 30 silent days or more. 沉默30天以上客户的回流（按最后触达渠道与回流入口）。';
comment on column mart.reactivation_daily.return_date is 'The day. 日期';
comment on column mart.reactivation_daily.contact_channel is 'Channel of the last message during the silence, or none. 沉默期内最后触达渠道；无触达为 none';
comment on column mart.reactivation_daily.channel is 'Channel of the return; nobody when none returned. 回流渠道；无人回流为 nobody';
comment on column mart.reactivation_daily.scene_group is 'Scene group of the return; nobody when none returned. 回流场景组；无人回流为 nobody';
comment on column mart.reactivation_daily.sleeping_count is 'Persons silent for 30 days or more that morning, of this contact_channel. 当日沉默人数（该触达渠道）';
comment on column mart.reactivation_daily.returned_count is 'Persons of them who came through this door. 由此入口回流人数';
comment on column mart.reactivation_daily.reactivation_rate is 'returned_count / sleeping_count; doors add up. 回流率（各入口可相加）';

grant select on mart.reactivation_daily to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.reactivation_daily to c360_publish;

create table mart.referral_daily (
    invite_date date not null,
    campaign_id text not null,
    active_count integer not null,
    inviter_count integer not null,
    invite_count integer not null,
    self_invite_count integer not null,
    new_person_count integer not null,
    k_factor numeric(9,4),
    cycle_median_hours integer,
    reward_count integer not null,
    commission_fen bigint not null,
    share_count integer not null,
    open_count integer not null,
    reflux_rate numeric(9,4),
    primary key (invite_date, campaign_id)
);

comment on table mart.referral_daily is 'Day × campaign: invitations, what became of them, and sharing. 裂变：邀请、转化与分享。';
comment on column mart.referral_daily.invite_date is 'Day of the invitation. 邀请日';
comment on column mart.referral_daily.campaign_id is 'Campaign; sharing is the row of shares and commissions. 活动；sharing 行为分享与分销';
comment on column mart.referral_daily.active_count is 'Known persons active that day. 当日活跃人数';
comment on column mart.referral_daily.inviter_count is 'Persons who invited. 邀请人数';
comment on column mart.referral_daily.invite_count is 'Invitations without those to oneself. 邀请次数（不含自邀）';
comment on column mart.referral_daily.self_invite_count is 'Invitations whose invitee is the inviter. 自邀次数';
comment on column mart.referral_daily.new_person_count is 'Persons won by them so far. 由此带来的新客数';
comment on column mart.referral_daily.k_factor is 'Invitations per active person × new persons per invitation = new_person_count / active_count. K值';
comment on column mart.referral_daily.cycle_median_hours is 'Median hours from invitation to conversion. 邀请到转化的中位小时数';
comment on column mart.referral_daily.reward_count is 'Invitations with a reward. 已发放奖励的邀请数';
comment on column mart.referral_daily.commission_fen is 'Commissions credited that day. 分销佣金（分）';
comment on column mart.referral_daily.share_count is 'Shares. 分享次数';
comment on column mart.referral_daily.open_count is 'Launches from a shared card. 由分享卡片打开次数';
comment on column mart.referral_daily.reflux_rate is 'open_count / share_count. 分享回流比';

grant select on mart.referral_daily to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.referral_daily to c360_publish;

alter table mart.retention_cohort add column last_offset integer;
comment on table mart.retention_cohort is 'Cohort × channel and scene group of the first activity × periods after it. 每行一个人群（首次活动的日期、渠道、场景组）在若干期后的留存。';
comment on column mart.retention_cohort.activity is 'visit, or order (paid and not cancelled). 活动类型：visit 访问，order 付款订单';
comment on column mart.retention_cohort.period is 'day, week (ISO), month (calendar), range of days, or on_or_after a day. 周期：日、ISO周、自然月、区间、某日及以后';
comment on column mart.retention_cohort.cohort_date is 'Day of the first activity, or first day of its week or month. 首次活动日，或所在周、月首日';
comment on column mart.retention_cohort.channel is 'Channel of the first activity. 首次活动渠道';
comment on column mart.retention_cohort.scene_group is 'Scene group of the first activity. 首次活动场景组';
comment on column mart.retention_cohort.period_offset is 'Periods after the cohort''s: days 1, 7, 30, weeks or months 1 to 12, or the first day of the range. 相隔期数：1、7、30日，1–12周或月，或区间首日';
comment on column mart.retention_cohort.cohort_count is 'Persons in the cohort. 人群人数';
comment on column mart.retention_cohort.active_count is 'Persons of it active in that period; null until the period is over. 该期活跃人数；期未结束为空';
comment on column mart.retention_cohort.retention_rate is 'active_count / cohort_count. 留存率';
comment on column mart.retention_cohort.last_offset is 'Last day of a range (1–7, 8–30, 31–90), else period_offset; null for on_or_after. 区间末日；on_or_after 为空';

create table mart.return_door (
    cohort_date date not null,
    channel text not null,
    scene_group text not null,
    period_offset integer not null,
    last_offset integer not null,
    return_channel text not null,
    return_scene_group text not null,
    returned_count integer not null,
    primary key (cohort_date, channel, scene_group, period_offset, return_channel, return_scene_group)
);

comment on table mart.return_door is 'First door × days after × door of the first return: through which door do they come back. 首访入口到回访入口：客户从哪个门回来。';
comment on column mart.return_door.cohort_date is 'Day of the first visit. 首访日';
comment on column mart.return_door.channel is 'Channel of the first visit. 首访渠道';
comment on column mart.return_door.scene_group is 'Scene group of the first visit. 首访场景组';
comment on column mart.return_door.period_offset is 'First day of the range after the first visit: 1, 8 or 31. 区间首日：1、8、31';
comment on column mart.return_door.last_offset is 'Its last day: 7, 30 or 90. 区间末日：7、30、90';
comment on column mart.return_door.return_channel is 'Channel of the first return in the range. 回访渠道';
comment on column mart.return_door.return_scene_group is 'Scene group of the first return in the range. 回访场景组';
comment on column mart.return_door.returned_count is 'Persons; over the doors they add up to active_count of retention_cohort. 人数（各入口合计等于留存人数）';

grant select on mart.return_door to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.return_door to c360_publish;

create table mart.service_daily (
    opened_date date not null,
    channel text not null,
    topic text not null,
    conversation_count integer not null,
    account_count integer not null,
    answered_count integer not null,
    transferred_count integer not null,
    message_count bigint,
    first_reply_median_seconds integer,
    rated_count integer not null,
    average_rating numeric(4,2),
    low_rating_count integer not null,
    primary key (opened_date, channel, topic)
);

comment on table mart.service_daily is 'Day × channel × topic: conversations with the service. 客服会话。';
comment on column mart.service_daily.opened_date is 'Day of opening. 会话开启日';
comment on column mart.service_daily.channel is 'Channel. 渠道';
comment on column mart.service_daily.topic is 'Topic as the service desk names it. 主题';
comment on column mart.service_daily.conversation_count is 'Conversations. 会话数';
comment on column mart.service_daily.account_count is 'Accounts that asked. 咨询账户数';
comment on column mart.service_daily.answered_count is 'Conversations with a reply. 已回复会话数';
comment on column mart.service_daily.transferred_count is 'Handed over to another agent. 转接会话数';
comment on column mart.service_daily.message_count is 'Messages in them. 消息数';
comment on column mart.service_daily.first_reply_median_seconds is 'Median seconds to the first reply. 首次回复中位秒数';
comment on column mart.service_daily.rated_count is 'Conversations with a rating. 已评分会话数';
comment on column mart.service_daily.average_rating is 'Mean rating, 1 to 5. 平均评分';
comment on column mart.service_daily.low_rating_count is 'Ratings of 1 or 2. 低分数';

grant select on mart.service_daily to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.service_daily to c360_publish;

create table mart.stickiness_daily (
    stat_date date not null,
    channel text not null,
    dau_count integer not null,
    wau_count integer not null,
    mau_count integer not null,
    dau_mau_rate numeric(5,4),
    wau_mau_rate numeric(5,4),
    l28_histogram integer[] not null,
    primary key (stat_date, channel)
);

comment on table mart.stickiness_daily is 'Day × channel: of those active within 30 days, how many came that day and that week. 每日各渠道的活跃与粘性（日活/月活、周活/月活、28天活跃天数分布）。';
comment on column mart.stickiness_daily.stat_date is 'The day; windows end with it. 统计日（窗口截至当日）';
comment on column mart.stickiness_daily.channel is 'Channel, or all: a person of two channels counts once there. 渠道；all 为全渠道去重';
comment on column mart.stickiness_daily.dau_count is 'Known persons who came that day. 日活跃人数';
comment on column mart.stickiness_daily.wau_count is 'Known persons who came within 7 days. 7日活跃人数';
comment on column mart.stickiness_daily.mau_count is 'Known persons who came within 30 days. 30日活跃人数';
comment on column mart.stickiness_daily.dau_mau_rate is 'dau_count / mau_count. 日活/月活';
comment on column mart.stickiness_daily.wau_mau_rate is 'wau_count / mau_count. 周活/月活';
comment on column mart.stickiness_daily.l28_histogram is 'Item k is how many persons came on exactly k of the last 28 days. 第k项为近28天恰好活跃k天的人数';

grant select on mart.stickiness_daily to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.stickiness_daily to c360_publish;

create table mart.visit_stage_history (
    profile_id text not null,
    visit_stage text not null,
    valid_from date not null,
    valid_to date,
    stage_before text,
    primary key (profile_id, valid_from)
);

comment on table mart.visit_stage_history is 'Known person × time: stages of the habit of visiting. 访问阶段历史（拉链）。';
comment on column mart.visit_stage_history.profile_id is 'The person. 客户';
comment on column mart.visit_stage_history.visit_stage is 'new, early, habit, long, sleeping, lost or returned. 新、早期、习惯、长期、沉睡、流失、回归';
comment on column mart.visit_stage_history.valid_from is 'First day in the stage. 阶段起始日';
comment on column mart.visit_stage_history.valid_to is 'First day after it; null while it lasts. 阶段结束日（不含）；当前为空';
comment on column mart.visit_stage_history.stage_before is 'Stage before; null for the first. 上一阶段；首个为空';

grant select on mart.visit_stage_history to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.visit_stage_history to c360_publish;
