alter table identity.link
alter column first_seen_at drop not null,
alter column last_seen_at drop not null,
add column basis smallint not null default 0 check (basis between 0 and 2),
add column statement_id bigint;
comment on column identity.link.basis is
    'Best ground of its sources to join accounts: 0 contract, 1 consent (used while joint_profile is granted), 2 none.';
comment on column identity.link.statement_id is
    'The statement `same` that forces it, 0 for an alias that a source reported. Without times it was only stated, never seen.';

alter table identity.identifier
add column consent smallint not null default 0 check (consent between -1 and 1),
add column consent_at timestamptz,
add column epoch integer not null default 0,
add column erased_until timestamptz;
comment on column identity.identifier.consent is
    'Of an account: the newest decision on the purpose joint_profile: 1 granted, -1 refused or withdrawn, 0 unknown.';
comment on column identity.identifier.epoch is 'How often its value was erased before: it names profiles in another life.';
comment on column identity.identifier.erased_until is 'Evidence up to then is erased, however often it is delivered.';

alter table identity.statement
add column withdrawn_by text,
add column withdrawn_reason text,
add column is_applied boolean not null default false,
drop constraint statement_kind_check,
add constraint statement_kind_check check (kind in ('same', 'different', 'block'));
comment on table identity.statement is
    'What stewards said about identifiers. Sources say unbind and alias in their observations.';
comment on column identity.statement.is_applied is 'Whether the newest run of identity resolution obeyed it.';

create view identity.statement_refusal as
select
    l.statement_id,
    l.left_id,
    l.right_id,
    l.refusal_reason
from identity.link as l
where l.statement_id > 0 and l.decision = 'refused';
comment on view identity.statement_refusal is 'Statements `same` that cannot be honoured, and the rule that forbids it.';

create index observation_claims on identity.observation (identifier_set_id)
where observation_kind in ('unbind', 'alias');
create index identifier_erased on identity.identifier (identifier_id) where erased_until is not null;

grant select on identity.statement, identity.statement_refusal to c360_transform, c360_publish;
grant select on identity.statement_refusal to c360_identity, c360_privacy;
