-- Scoring jobs requested from training, at most one per evaluation. A row is deleted some days after its request.
create table scoring (
  scoring_id text primary key,
  evaluation_id text not null unique,
  tenant text not null,
  loop text not null,
  state text not null check (state in ('requested', 'completed', 'stored', 'failed')),
  answers_complete boolean not null default false,
  deadline timestamptz not null,
  scores_uri text,
  scores_sha256 text,
  left_out int not null default 0,
  reason text not null default '',
  requested_at timestamptz not null
);
create index scoring_requested on scoring (requested_at);

-- These were computed by model servers, over tokens that a server counts otherwise than the worker. They must not be
-- compared with scores of the worker, which measures them again when an evaluation needs them.
delete from likelihood;
