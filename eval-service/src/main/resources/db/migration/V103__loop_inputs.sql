-- The local files that a loop file pins, as they were last read: one that changes is read again, as is a loop file of
-- which they are not known yet.
alter table loop_file add column inputs text;
