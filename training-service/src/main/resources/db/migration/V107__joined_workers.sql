-- Hosts that joined to run workers. A host works for the tenant of its key. Kept until it has not been seen for
-- whetstone.training.retention.worker-hosts.
create table worker_host (
  tenant text not null,
  name text not null,
  -- One start of the host's process.
  session text not null,
  capacity jsonb not null,
  free jsonb not null,
  labels jsonb not null,
  draining boolean not null,
  joined_at timestamptz not null,
  seen_at timestamptz not null,
  left_at timestamptz,
  primary key (tenant, name)
);

-- Workers that were given to a host. The token and the keys of a worker are never stored. Kept as long as the folders
-- of the process engine: whetstone.training.retention.worker-folders after the attempt's end.
create table worker_assignment (
  attempt_id text primary key,
  tenant text not null,
  host text not null,
  session text not null,
  task text not null,
  fence bigint not null,
  state text not null check (state in ('offered', 'running', 'ended', 'lost', 'expired')),
  -- How its worker is to be ended: politely or at-once.
  stop text,
  exit_code int,
  last_words text,
  offered_at timestamptz not null,
  taken_at timestamptz,
  ended_at timestamptz
);

create index worker_assignment_running on worker_assignment (tenant, host) where state = 'running';
