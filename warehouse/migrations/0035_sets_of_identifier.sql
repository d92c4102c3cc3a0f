-- From an identifier to the sets it was seen in: who reads the log of some persons reads nothing of
-- anybody else. New sets wait in a short list, which every look-up reads: 64 kB of it cost a new set
-- 3 us; the server's 4 MB would cost a look-up milliseconds.
create index identifier_set_members on identity.identifier_set
using gin (identifier_ids) with (gin_pending_list_limit = 64);
