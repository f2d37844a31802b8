-- The local files that a loop file pins, as they were last read: one that changes is read again.
alter table loop_file add column inputs text not null default '{}';
