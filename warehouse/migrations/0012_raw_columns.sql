alter table raw.record
add column scene text,
add column page_path text,
add column page_title text,
add column referrer text,
add column product_id text,
add column category text,
add column price double precision,
add column quantity integer,
add column order_id text,
add column coupon_code text,
add column search_keyword text,
add column device_model text,
add column os text,
add column os_version text,
add column app_version text,
add column network_type text,
add column duration_seconds double precision,
add column utm_source text,
add column utm_medium text,
add column utm_campaign text,
add column share_depth integer;

comment on column raw.record.record_id is 'Of a loaded row: its load in the upper, its place in the load in the lower 32 bits.';
comment on column raw.record.scene is 'Scene the mini-program was entered by, as the source writes it. 场景值';
comment on column raw.record.page_path is 'Page, screen or path the event happened on. 页面路径';
comment on column raw.record.page_title is 'Its title. 页面标题';
comment on column raw.record.referrer is 'Page or site before it. 来源页面';
comment on column raw.record.product_id is 'Product the event is about. 商品';
comment on column raw.record.category is 'Category of that product. 品类';
comment on column raw.record.price is 'Price of one piece in the source''s own unit; the body holds it exactly. 单价';
comment on column raw.record.quantity is 'Pieces. 件数';
comment on column raw.record.order_id is 'Order the event is about. 订单号';
comment on column raw.record.coupon_code is 'Coupon the event is about. 优惠券';
comment on column raw.record.search_keyword is 'What was searched for. 搜索词';
comment on column raw.record.device_model is 'Device model. 机型';
comment on column raw.record.os is 'Operating system as the source writes it. 操作系统';
comment on column raw.record.os_version is 'Its version. 系统版本';
comment on column raw.record.app_version is 'Version of the app or mini-program. 应用版本';
comment on column raw.record.network_type is 'Network as the source writes it. 网络类型';
comment on column raw.record.duration_seconds is 'How long the event took. 时长（秒）';
comment on column raw.record.utm_source is 'Campaign source. 广告来源';
comment on column raw.record.utm_medium is 'Campaign medium. 广告媒介';
comment on column raw.record.utm_campaign is 'Campaign name. 广告系列';
comment on column raw.record.share_depth is 'How many shares lie between the first sharer and this visitor. 分享层级';

-- A load's rows lie together, so a few bytes a block find a record. Loads are asked for right after they
-- came, before any vacuum has summed up their blocks, so they keep an entry each: always the newest, at
-- the tree's right edge, which costs next to nothing.
drop index raw.record_id;
create index record_id on raw.record using brin (record_id) with (pages_per_range = 32);

-- The loader writes the log of observations together with the records.
grant insert on identity.observation to c360_ingest;

create table identity.observed_load (load_id bigint primary key);
comment on table identity.observed_load is 'The loads whose observations identity has taken in.';
grant select, insert, delete on identity.observed_load to c360_identity;
grant select on identity.observed_load to c360_transform, c360_publish, c360_privacy;
