-- Objects of object storage whose content is in the ledger, so that they are not downloaded again.
create table ops.stored_object (
    path text primary key,
    source text not null,
    landing_day date not null,
    stamp text not null
);
create index on ops.stored_object (source, landing_day);
comment on table ops.stored_object is
'Objects of the landing zone that are loaded: their place and the stamp (tag, size, time) they had. 已加载的对象';

grant select, insert, update on ops.stored_object to c360_ingest;
grant select, delete on ops.stored_object to c360_privacy;
