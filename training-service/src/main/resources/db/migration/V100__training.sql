-- Batches as training sees them. `trained_by` is the run that first took the batch in; empty means new.
create table batch (
  tenant text not null,
  loop text not null,
  batch_id text not null,
  sequence bigint not null,
  manifest_uri text not null,
  loop_spec_sha256 text not null,
  counts jsonb not null,
  state text not null check (state in ('pending', 'adopted', 'set_aside', 'withdrawn')),
  reason text,
  trained_by text,
  adopted_by text,
  sealed_at timestamptz not null,
  primary key (tenant, loop, batch_id)
);
create index batch_new on batch (tenant, loop) where state = 'pending' and trained_by is null;

-- Examples that may not be trained on again.
create table withdrawn_example (
  tenant text not null,
  loop text not null,
  example_id text not null,
  batch_id text not null,
  reason text not null,
  primary key (tenant, loop, example_id)
);

create table champion (
  tenant text not null,
  loop text not null,
  generation bigint not null,
  checkpoint_id text,
  adapter_uri text,
  primary key (tenant, loop)
);

create table run (
  run_id text primary key,
  tenant text not null,
  loop text not null,
  batch_ids text[] not null,
  loop_spec_sha256 text not null,
  state text not null check (state in ('waiting', 'active', 'succeeded', 'failed', 'superseded')),
  fence bigint not null default 0,
  failures int not null default 0,
  refusals int not null default 0,
  not_before timestamptz,
  micro_batch_size int,
  code text,
  reason text,
  checkpoint_id text,
  plan jsonb,
  learned jsonb,
  supersede_reason text,
  created_at timestamptz not null,
  ended_at timestamptz
);
-- One run per loop at a time.
create unique index run_one_live on run (tenant, loop) where state in ('waiting', 'active');
create index run_by_loop on run (tenant, loop, created_at);

create table attempt (
  attempt_id text primary key,
  run_id text not null references run (run_id),
  fence bigint not null,
  state text not null check (state in ('starting', 'live', 'ended')),
  token_sha256 text,
  run_spec jsonb not null,
  phase text,
  step bigint not null default 0,
  epoch double precision not null default 0,
  progress_percentage int not null default 0,
  lease_seconds double precision not null,
  lease_until timestamptz,
  progress_at timestamptz,
  started_at timestamptz not null,
  ended_at timestamptz,
  outcome text,
  exit_code int,
  detail text,
  error_code text,
  error_detail text,
  unique (run_id, fence)
);
create index attempt_live on attempt (lease_until) where state <> 'ended';

-- Metrics per optimizer step; a resumed attempt writes the steps after its resume point anew.
create table run_metric (
  run_id text not null references run (run_id),
  step bigint not null,
  fence bigint not null,
  metrics jsonb not null,
  primary key (run_id, step)
);

-- Checkpoints offered for judging, and what became of them.
create table checkpoint (
  checkpoint_id text primary key,
  run_id text not null references run (run_id),
  tenant text not null,
  loop text not null,
  manifest_uri text not null,
  state text not null check (state in ('undecided', 'promoted', 'applied', 'rejected', 'open', 'failed', 'rolled_back', 'tainted')),
  created_at timestamptz not null,
  decided_at timestamptz
);
create index checkpoint_by_loop on checkpoint (tenant, loop, created_at);

-- When the reconciler last looked: a gap is downtime, and every lease gets a grace period after it.
create table control_plane (
  id int primary key check (id = 1),
  last_pass_at timestamptz not null
);
