create index link_stated on identity.link (left_id, right_id) where statement_id is not null;
