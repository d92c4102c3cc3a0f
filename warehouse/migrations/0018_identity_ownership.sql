drop table identity.ownership;
create table identity.ownership_window (
    identifier_id bigint not null,
    account_id bigint not null,
    owned_from timestamptz not null,
    owned_to timestamptz not null,
    because text not null check (because in ('logout', 'other login', 'no login since')),
    primary key (identifier_id, owned_from),
    check (owned_to > owned_from)
);
comment on table identity.ownership_window is
    'When a shareable identifier belonged to whom, by the account that was seen with it; because says why it ended. Only of identifiers that were seen with an account of another profile than their own.';
create index ownership_window_account on identity.ownership_window (account_id);

create view identity.ownership as
select
    w.identifier_id,
    m.profile_id,
    w.owned_from,
    w.owned_to,
    w.because
from identity.ownership_window as w
inner join identity.identifier_profile as m on w.account_id = m.identifier_id and m.valid_to is null;
comment on view identity.ownership is 'Ownership windows with the profiles that their accounts have now.';

create table identity.residual (
    identifier_id bigint primary key,
    profile_id text not null unique
);
comment on table identity.residual is
    'Shareable identifiers with two owners or more, and the profile (shared_device) of what nobody owned.';

-- Who an actor's facts belong to, from when until when: account, map, window, shared_device.
create view identity.actor_owner as
with divided as (
    select
        identifier_id,
        min(owned_from) as first_from,
        max(owned_to) as last_to
    from identity.ownership_window
    group by identifier_id
),

outside as (
    select
        d.identifier_id,
        coalesce(r.profile_id, m.profile_id) as profile_id,
        case when r.profile_id is null then 'map' else 'shared_device' end as because,
        d.first_from,
        d.last_to
    from divided as d
    inner join identity.identifier_profile as m on d.identifier_id = m.identifier_id and m.valid_to is null
    left join identity.residual as r on d.identifier_id = r.identifier_id
)

select
    m.identifier_id,
    m.profile_id,
    timestamptz '-infinity' as owned_from,
    timestamptz 'infinity' as owned_to,
    'map' as because
from identity.identifier_profile as m
where
    m.valid_to is null
    and not exists (select from identity.ownership_window as w where w.identifier_id = m.identifier_id)
union all
select
    identifier_id,
    profile_id,
    owned_from,
    owned_to,
    'window' as because
from identity.ownership
union all
select
    identifier_id,
    profile_id,
    timestamptz '-infinity' as owned_from,
    first_from as owned_to,
    because
from outside
union all
select
    identifier_id,
    profile_id,
    last_to as owned_from,
    timestamptz 'infinity' as owned_to,
    because
from outside;

create function identity.profile_as_of(p_identifier_id bigint, p_published_at timestamptz) returns text
language sql stable parallel safe as $$
    select profile_id
    from identity.identifier_profile
    where identifier_id = p_identifier_id
        and valid_from <= p_published_at
        and (valid_to is null or valid_to > p_published_at)
$$;
comment on function identity.profile_as_of is 'The profile an identifier had in the run published then: what we believed.';

create function identity.owner_at(p_identifier_id bigint, p_event_at timestamptz) returns text
language sql stable parallel safe as $$
    select profile_id
    from identity.actor_owner
    where identifier_id = p_identifier_id and owned_from <= p_event_at and owned_to > p_event_at
$$;
comment on function identity.owner_at is 'The profile an identifier belonged to at a moment, as we know it now.';

create view identity.redirect as
select
    old.profile_id as old_profile_id,
    m.profile_id,
    old.status
from identity.profile as old
left join identity.identifier_profile as m
    on old.anchor_identifier_id = m.identifier_id and m.valid_to is null and old.status = 'retired'
where old.status <> 'active';
comment on view identity.redirect is
    'Ids that are not live: the profile that now holds their anchor. Computed, so without chains; null when erased.';

grant select, insert, update, delete on identity.ownership_window, identity.residual to c360_identity;
grant select on identity.ownership, identity.actor_owner, identity.redirect to c360_identity;
grant select on
    identity.ownership, identity.ownership_window, identity.residual, identity.actor_owner, identity.redirect
to c360_transform, c360_publish, c360_privacy;
