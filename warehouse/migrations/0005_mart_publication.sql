-- What `mart` shows at the moment. One row, replaced by every publish in the transaction that changes the marts.
create table mart.publication (
    version bigint primary key,
    as_of date not null,
    published_at timestamptz not null,
    run_id bigint not null,
    row_counts jsonb not null,
    gate_results jsonb not null
);
create unique index publication_has_one_row on mart.publication ((true));

comment on table mart.publication is 'Which state all marts show: one row. 当前发布的版本，只有一行';
comment on column mart.publication.version is 'Grows by one with every publish. 发布版本号';
comment on column mart.publication.as_of is
'Newest complete day: the marts hold what occurred up to its end, Asia/Shanghai. 数据截止日（含当日，北京时间）';
comment on column mart.publication.published_at is 'When the run that published began. 发布时间';
comment on column mart.publication.run_id is 'The run that published. 发布批次';
comment on column mart.publication.row_counts is 'Rows of each mart. 各集市的行数';
comment on column mart.publication.gate_results is 'Passed and checked expectations of each gate. 各质量关卡的检查结果';

grant select on mart.publication to c360_bi, c360_marketer, c360_export, c360_privacy;
grant select, insert, update, delete on mart.publication to c360_publish;
