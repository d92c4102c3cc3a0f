create table mart.reconciliation_daily (
    appid text not null,
    ref_date date not null,
    metric text not null,
    day_offset integer not null,
    own_count integer not null,
    official_count integer not null,
    difference_count integer not null,
    difference_rate numeric(12,4),
    is_within_tolerance boolean not null,
    primary key (appid, ref_date, metric, day_offset)
);

comment on table mart.reconciliation_daily is 'Mini-program × day × metric: our own count by openid beside WeChat''s official figure. 每行一个小程序、日期与指标：自有统计（按openid）与微信官方数据对账。';
comment on column mart.reconciliation_daily.appid is 'The mini-program. 小程序';
comment on column mart.reconciliation_daily.ref_date is 'Day of the visits; of retained visitors, day of their first visit. 访问日；留存指标为首次访问日';
comment on column mart.reconciliation_daily.metric is 'visitors, new_visitors or retained_visitors. 指标：访问人数、新访问人数、新用户留存人数';
comment on column mart.reconciliation_daily.day_offset is 'Days after the first visit; 0 for the other metrics. 首次访问后第几日；其他指标为0';
comment on column mart.reconciliation_daily.own_count is 'Distinct openids in our own events. 自有事件中的去重openid数';
comment on column mart.reconciliation_daily.official_count is 'What WeChat says, by the newest pull. 微信官方数值（以最新一次拉取为准）';
comment on column mart.reconciliation_daily.difference_count is 'own_count − official_count. 差额';
comment on column mart.reconciliation_daily.difference_rate is 'difference_count / official_count; null when that is 0. 差异率；官方为0时为空';
comment on column mart.reconciliation_daily.is_within_tolerance is 'The difference is at most 5 % of the official figure, or 5 openids. 差异是否在容差内（5%或5人）';

grant select on mart.reconciliation_daily to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.reconciliation_daily to c360_publish;
