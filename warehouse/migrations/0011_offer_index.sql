-- "Whom to send offer X through channel Y": the marketers' first question, answered without reading every row.
create index next_best_offer_by_offer on mart.next_best_offer (offer_id, channel, expected_value_fen desc);
