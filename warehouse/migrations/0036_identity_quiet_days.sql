-- A link that is merely seen again is no reason to resolve its component again, except where the
-- newest sighting decides in which order links are trusted. A later run may take the mark away.
alter table identity.identifier add column is_contested boolean not null default false;
comment on column identity.identifier.is_contested is
'Whether links that lead to it are walked in their order of trust: a rule, a weak end or a statement bites.';

update identity.identifier
set is_contested = true
where component_id in (
    select i.component_id
    from identity.identifier as i
    inner join identity.link as l on i.identifier_id = l.left_id
    where l.decision = 'refused' or l.statement_id is not null
);

-- Who ever had another profile: few, and what health counts moves by, also on a day without news.
create index identifier_profile_closed on identity.identifier_profile (identifier_id, valid_from)
where valid_to is not null;
