-- The newest resume point that an attempt's worker reported: what its loss would cost is counted from there.
alter table attempt add column resume_step bigint;
alter table attempt add column resume_saved_at timestamptz;
