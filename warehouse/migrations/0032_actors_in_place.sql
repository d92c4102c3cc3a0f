-- Each new set gets its actor by one update. With room on its page the row is changed in place, and
-- neither index, of which one is over arrays, takes part.
alter table identity.identifier_set set (fillfactor = 50);
