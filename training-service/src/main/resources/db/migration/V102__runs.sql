-- Attempts in a row that were ended from outside without having saved progress.
alter table run add column without_progress int not null default 0;

-- When the worker reported its first optimizer step: how long a worker of the loop needs undisturbed.
alter table attempt add column first_step_at timestamptz;

-- The last life sign of this service; a gap is downtime. Passes of the reconciler may take longer than life signs.
alter table control_plane add column alive_at timestamptz;
update control_plane set alive_at = last_pass_at;
alter table control_plane alter column alive_at set not null;
