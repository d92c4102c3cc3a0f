create table identity.recount (
    identifier_id bigint primary key,
    is_recounted boolean not null
);
comment on table identity.recount is
    'Whose evidence an erasure changed: the next run decides about them again, and counts the links of the flagged ones from the log.';

alter table identity.tombstone add column identifier_id bigint;
comment on column identity.tombstone.identifier_id is 'Of an erasure at one source: the identifier, which lives on elsewhere.';

grant select, insert, update, delete on identity.recount to c360_identity;
grant update, delete on raw.record to c360_identity;
grant select, update on ops.quarantine to c360_identity;
grant update (erased) on ops.load to c360_identity;
