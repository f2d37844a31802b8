-- A migration of a large table takes as long as it takes; the limits are back when its transaction ends.
set local statement_timeout = 0;
set local lock_timeout = 0;
set local idle_in_transaction_session_timeout = 0;
