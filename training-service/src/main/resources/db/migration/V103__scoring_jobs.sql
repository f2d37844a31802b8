-- Scoring jobs that eval requested. `version` grows with each move: a move is written only if it is still the one that
-- the move was decided on. A row is deleted some days after the job has ended, with the job's objects.
create table scoring_job (
  job_id text primary key,
  tenant text not null,
  loop text not null,
  request jsonb not null,
  state text not null check (state in ('waiting', 'launching', 'running', 'completed', 'failed')),
  version bigint not null default 0,
  fence bigint not null default 0,
  failures int not null default 0,
  due_at timestamptz not null,
  token_sha256 text,
  progress_percentage int not null default 0,
  error_code text,
  error_detail text,
  code text,
  reason text not null default '',
  requested_at timestamptz not null,
  ended_at timestamptz
);
create index scoring_job_due on scoring_job (due_at) where ended_at is null;
create index scoring_job_by_loop on scoring_job (tenant, loop) where ended_at is null;
create index scoring_job_ended on scoring_job (ended_at) where ended_at is not null;
