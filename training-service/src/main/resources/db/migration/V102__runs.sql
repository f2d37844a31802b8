-- Attempts in a row that were ended from outside without having saved progress.
alter table run add column without_progress int not null default 0;

-- When the worker reported its first optimizer step: how long a worker of the loop needs undisturbed.
alter table attempt add column first_step_at timestamptz;

-- The last life sign of this service; a gap is downtime. Passes of the reconciler may take longer than life signs.
alter table control_plane add column alive_at timestamptz;
update control_plane set alive_at = last_pass_at;
alter table control_plane alter column alive_at set not null;

-- When the worker had loaded everything, what it counts as work besides steps, and its accelerator as it found it.
alter table attempt add column training_at timestamptz, add column work bigint not null default 0, add column accelerator jsonb;

-- Attempts in a row that ran out of memory at one micro-batch while other processes held memory.
alter table run add column memory_waits int not null default 0;

-- The micro-batch that fitted after larger ones had not; one row per base model, sequence length and accelerator.
create table micro_batch (
  tenant text not null,
  loop text not null,
  base_model text not null,
  max_sequence_length int not null,
  accelerator text not null,
  micro_batch_size int not null,
  fitted_at timestamptz not null,
  primary key (tenant, loop, base_model, max_sequence_length, accelerator)
);

-- What the retention sweep has ended: a run's objects and curves, a checkpoint's adapter.
alter table run add column objects_swept_at timestamptz, add column metrics_swept_at timestamptz;
alter table checkpoint add column adapter_deleted_at timestamptz;
create index run_objects_due on run (ended_at) where objects_swept_at is null and ended_at is not null;
create index run_metrics_due on run (ended_at) where metrics_swept_at is null and ended_at is not null;
create index checkpoint_adapter_due on checkpoint (decided_at)
  where adapter_deleted_at is null and state in ('rejected', 'failed', 'rolled_back');
create index attempt_ended on attempt (ended_at) where state = 'ended';
create index attempt_by_run on attempt (run_id, fence);
