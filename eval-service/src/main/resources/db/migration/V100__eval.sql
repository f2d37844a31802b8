-- Where a declaration came from and what each of its values comes from. The specs themselves lie in declared_loop.
create table loop_source (
  tenant text not null,
  loop text not null,
  spec_sha256 text not null,
  origin text not null,
  settings text not null,
  declared_at timestamptz not null,
  primary key (tenant, loop, spec_sha256)
);

-- Files of the mounted folder as they were last read; a broken one keeps the loop it last declared.
create table loop_file (
  file text primary key,
  content_sha256 text not null,
  tenant text,
  loop text,
  faults text
);

-- One champion per loop; it moves only by compare-and-set of its generation.
create table champion (
  tenant text not null,
  loop text not null,
  generation bigint not null,
  primary key (tenant, loop)
);

create table champion_history (
  tenant text not null,
  loop text not null,
  generation bigint not null check (generation >= 0),
  checkpoint_id text,
  adapter_uri text,
  served_name text not null,
  decision_id text,
  set_at timestamptz not null,
  primary key (tenant, loop, generation)
);

create table sealed_batch (
  tenant text not null,
  loop text not null,
  batch_id text not null,
  sequence bigint not null,
  manifest_uri text not null,
  primary key (tenant, loop, batch_id)
);

create table withdrawn_example (
  tenant text not null,
  loop text not null,
  example_id text not null,
  primary key (tenant, loop, example_id)
);

-- Candidates in the order in which they were heard of.
create table checkpoint (
  tenant text not null,
  loop text not null,
  checkpoint_id text not null,
  ordinal bigint generated always as identity,
  body text not null,
  tainted text,
  received_at timestamptz not null,
  primary key (tenant, loop, checkpoint_id)
);

-- One look at one candidate against one champion generation.
create table evaluation (
  evaluation_id text primary key,
  tenant text not null,
  loop text not null,
  checkpoint_id text not null,
  champion_generation bigint not null,
  look int not null,
  state text not null check (state in ('waiting', 'asking', 'decided', 'superseded')),
  reason text not null,
  frozen text,
  failures int not null default 0,
  next_attempt_at timestamptz not null,
  started_at timestamptz not null,
  updated_at timestamptz not null,
  unique (tenant, loop, checkpoint_id, champion_generation, look)
);
create index evaluation_open on evaluation (tenant, loop) where state in ('waiting', 'asking');

-- What a model answered to a question. 'sample' is empty for the kept answer, else the evaluation that asked again.
create table answer (
  tenant text not null,
  loop text not null,
  model_key text not null,
  question_sha256 text not null,
  sample text not null,
  text text,
  finish_reason text not null,
  prompt_tokens int not null,
  completion_tokens int not null,
  primary key (tenant, loop, model_key, question_sha256, sample)
);

-- How well a model foresaw a reference answer.
create table likelihood (
  tenant text not null,
  loop text not null,
  model_key text not null,
  question_sha256 text not null,
  tokens bigint not null,
  negative_log_likelihood double precision not null,
  correct bigint not null,
  primary key (tenant, loop, model_key, question_sha256)
);

-- The verdicts. An inconclusive look may be followed by another; any other verdict is the only one (invariant I4).
create table decision (
  decision_id text primary key,
  ordinal bigint generated always as identity,
  tenant text not null,
  loop text not null,
  evaluation_id text not null unique,
  candidate text not null,
  champion_generation bigint not null,
  verdict text not null,
  mode text not null,
  rollout_wanted boolean not null,
  adoption text not null check (adoption in ('none', 'adopted', 'withdrawn')),
  approved_by text,
  body text not null,
  facts text not null,
  decided_at timestamptz not null
);
create unique index decision_is_one on decision (tenant, loop, candidate, champion_generation)
  where verdict <> 'INCONCLUSIVE';
create index decision_by_loop on decision (tenant, loop, ordinal);

create table rollout (
  decision_id text primary key references decision,
  tenant text not null,
  loop text not null,
  checkpoint_id text not null,
  adapter_uri text not null,
  served_name text not null,
  from_generation bigint not null,
  state text not null check (state in ('loading', 'switched', 'applied', 'failed', 'rolled_back')),
  deadline timestamptz not null,
  reason text not null,
  updated_at timestamptz not null
);

-- Who works on a loop now; by the database's clock.
create table work_lease (
  name text primary key,
  owner text not null,
  until timestamptz not null
);
