-- What links nobody and why, for marketers and engineers: a family phone, a shop's tablet, a typed-in 13800138000.
create view mart.shared_identifier with (security_barrier = true) as
select
    i.identifier_id,
    i.namespace,
    i.scope,
    identity.mask(i.namespace, i.value) as masked_value,
    i.status,
    i.reason,
    n.neighbour_count,
    n.account_count,
    (
        select count(distinct w.account_id) from identity.ownership_window as w
        where w.identifier_id = i.identifier_id
    ) as owner_count,
    i.first_seen_at,
    i.last_seen_at
from identity.identifier as i
cross join lateral (
    select
        count(*) as neighbour_count,
        count(*) filter (
            where other.namespace in ('member_id', 'unionid', 'openid', 'external_userid')
        ) as account_count
    from (
        select l.right_id as other_id from identity.link as l where l.left_id = i.identifier_id
        union all
        select l.left_id from identity.link as l where l.right_id = i.identifier_id
    ) as ends
    inner join identity.identifier as other on ends.other_id = other.identifier_id
) as n
where i.status in ('shared', 'quarantined', 'junk');
comment on view mart.shared_identifier is
    'Identifiers that link nobody, one row each: shared, quarantined or junk, with the reason. 被多人共用、隔离或无效的标识，不用于合并客户';
comment on column mart.shared_identifier.identifier_id is 'Key. 标识编号';
comment on column mart.shared_identifier.namespace is 'Kind of identifier. 标识类型';
comment on column mart.shared_identifier.scope is 'Account or application it is valid in. 适用范围';
comment on column mart.shared_identifier.masked_value is 'Its value, most of it hidden. 脱敏后的值';
comment on column mart.shared_identifier.status is 'shared, quarantined or junk. 状态';
comment on column mart.shared_identifier.reason is 'The rule that found it. 原因';
comment on column mart.shared_identifier.neighbour_count is 'Identifiers it was seen with. 一同出现的标识数';
comment on column mart.shared_identifier.account_count is 'Accounts among them. 其中的账号数';
comment on column mart.shared_identifier.owner_count is 'Accounts that owned it one after the other. 先后的使用者数';
comment on column mart.shared_identifier.first_seen_at is 'First evidence. 首次出现时间';
comment on column mart.shared_identifier.last_seen_at is 'Last evidence. 最近出现时间';
grant select on mart.shared_identifier to c360_bi, c360_marketer, c360_export, c360_privacy;
-- As on every mart; a view of two tables takes no rows.
grant select, insert, update, delete on mart.shared_identifier to c360_publish;
