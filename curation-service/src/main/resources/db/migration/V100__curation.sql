-- One row for each accepted event: its receipt and its one fate (invariant I1). Feedback that waits for its
-- interaction, and events of loops not yet declared, wait here; their body goes when they are erased.
create table event (
  event_key text primary key,
  tenant text not null,
  loop text not null,
  source text not null,
  id text not null,
  kind text not null,
  response_id text,
  conversation_key text,
  end_user_digest text,
  received_at timestamptz not null,
  occurred_at timestamptz,
  join_deadline timestamptz not null,
  fate text not null check (fate in
    ('waiting', 'ready', 'quarantined', 'used', 'context', 'withdrawn', 'rejected', 'dead_lettered', 'erased')),
  reason text,
  detail text,
  deadline timestamptz,
  -- 'parked' until the loop is declared, 'open' while it may still form examples, 'closed' when its fate is its own.
  phase text not null check (phase in ('parked', 'open', 'closed')),
  -- Key of the earlier event that this one replaces or takes back.
  target text,
  body text,
  arrival bigint generated always as identity,
  constraint live_has_deadline check ((fate in ('waiting', 'ready', 'quarantined')) = (deadline is not null)),
  constraint rejected_has_reason check (fate <> 'rejected' or reason is not null),
  constraint erased_has_no_body check (fate <> 'erased' or body is null)
);
create index event_by_id on event (tenant, loop, id);
create index event_by_response on event (tenant, loop, response_id) where response_id is not null;
create index event_by_conversation on event (tenant, loop, conversation_key) where conversation_key is not null;
create index event_by_end_user on event (tenant, loop, end_user_digest) where end_user_digest is not null;
create index event_by_target on event (target) where target is not null;
create index event_live on event (deadline) where deadline is not null;
create index event_parked on event (tenant, loop, arrival) where phase = 'parked';
create index event_by_fate on event (tenant, loop, fate);

-- A conversation's split, decided when it becomes known and never changed (invariant I8).
create table conversation (
  tenant text not null,
  loop text not null,
  conversation_key text not null,
  split text not null check (split in ('train', 'validation', 'test')),
  primary key (tenant, loop, conversation_key)
);

-- One row for each response id that anybody named. Feedback that comes first makes it without an interaction;
-- its row lock is where both sides of a join meet.
create table interaction (
  tenant text not null,
  loop text not null,
  response_id text not null,
  event_key text,
  conversation_key text,
  conversation_id text,
  split text,
  end_user_digest text,
  received_at timestamptz,
  consent boolean,
  body text,
  touched bigint not null default 0,
  primary key (tenant, loop, response_id)
);
create index interaction_by_conversation on interaction (tenant, loop, conversation_key);
create index interaction_by_end_user on interaction (tenant, loop, end_user_digest) where end_user_digest is not null;
create index interaction_by_age on interaction (tenant, loop, received_at) where event_key is not null;

-- A batch that a cut decided. Its counts are rows per form and split.
create table batch (
  batch_id text primary key,
  tenant text not null,
  loop text not null,
  sequence bigint not null,
  state text not null check (state in ('pending', 'adopted', 'set_aside', 'withdrawn')),
  undecided boolean not null default true,
  adopted_by text,
  counts text not null,
  test_items int not null,
  funnel text not null,
  manifest_key text not null,
  manifest_uri text not null,
  card_key text not null,
  loop_spec_sha256 text not null,
  parent_batch_id text,
  batch_trigger text not null,
  tainted boolean not null default false,
  sealed_at timestamptz not null,
  unique (tenant, loop, sequence)
);

-- What a seal decided, committed before anything is written (invariant I9).
create table cut (
  cut_id text primary key,
  tenant text not null,
  loop text not null,
  sequence bigint not null,
  state text not null check (state in ('open', 'sealed', 'void')),
  batch_trigger text not null,
  loop_spec_sha256 text not null,
  parent_batch_id text,
  body text not null,
  -- Keys of the objects that sealing writes.
  planned text[] not null,
  batch_id text,
  created_at timestamptz not null
);
create unique index cut_one_open on cut (tenant, loop) where state = 'open';

-- Which blobs a batch holds, so that what a void cut left behind is deleted only where no batch needs it.
create table batch_blob (
  blob text not null,
  batch_id text not null references batch (batch_id),
  primary key (blob, batch_id)
);

-- An example, the verdict on it and the steps that led there.
create table example (
  row_id text primary key,
  tenant text not null,
  loop text not null,
  example_id text not null,
  origin text not null,
  form text not null,
  split text not null,
  conversation_key text,
  end_user_digest text,
  response_end_user_digest text,
  received_at timestamptz not null,
  formed_at timestamptz not null,
  state text not null check (state in
    ('ready', 'cut', 'used', 'quarantined', 'rejected', 'withdrawn', 'erased')),
  stage text,
  reason text,
  detail text,
  deadline timestamptz,
  score double precision not null,
  tags text[] not null,
  released boolean not null default false,
  body text,
  steps text not null,
  -- What admission knew beside the content; when it changes, the example is judged again.
  facts text not null,
  cut_id text,
  batch_id text,
  -- Its events were taken back or erased while a cut held it: the cut is void, or the batch is tainted.
  unwanted boolean not null default false,
  version bigint not null default 0,
  constraint live_example_has_deadline check ((state in ('ready', 'cut', 'quarantined')) = (deadline is not null)),
  constraint erased_example_has_no_body check (state <> 'erased' or body is null)
);
create index example_by_state on example (tenant, loop, state);
create index example_by_origin on example (tenant, loop, origin);
create index example_by_cut on example (cut_id) where cut_id is not null;
create index example_by_batch on example (batch_id) where batch_id is not null;
create index example_by_id on example (tenant, loop, example_id);
create index example_by_end_user on example (tenant, loop, end_user_digest) where end_user_digest is not null;
create index example_by_response_end_user on example (tenant, loop, response_end_user_digest)
  where response_end_user_digest is not null;
create index example_by_conversation on example (tenant, loop, conversation_key);
create index example_live on example (deadline) where deadline is not null;

create table example_event (
  row_id text not null references example (row_id) on delete cascade,
  event_key text not null,
  primary key (row_id, event_key)
);
create index example_event_by_event on example_event (event_key);

-- What the judge said about candidates, to move their batches.
create table decision (
  decision_id text primary key,
  tenant text not null,
  loop text not null,
  candidate text not null,
  verdict text,
  batch_ids text not null,
  applied boolean not null default false
);
create index decision_by_candidate on decision (tenant, loop, candidate);

create table finding (
  finding_id text primary key,
  tenant text not null,
  loop text not null,
  slices text not null,
  received_at timestamptz not null
);
create index finding_by_loop on finding (tenant, loop, received_at);

-- The erasure ledger: nothing of this subject received up to the watermark may be kept.
create table tombstone (
  tenant text not null,
  loop text not null,
  subject text not null check (subject in ('end_user', 'conversation')),
  digest text not null,
  watermark timestamptz not null,
  primary key (tenant, loop, subject, digest)
);

create table erasure (
  erasure_id text not null,
  tenant text not null,
  loop text not null,
  subject text not null,
  digest text not null,
  conversation_key text,
  watermark timestamptz not null,
  state text not null check (state in ('open', 'done')),
  events int not null default 0,
  examples int not null default 0,
  batches int not null default 0,
  requested_at timestamptz not null,
  done_at timestamptz,
  primary key (erasure_id, tenant, loop)
);

-- A person asked for a seal; the reconciler takes it.
create table seal_request (
  tenant text not null,
  loop text not null,
  requested_by text not null,
  requested_at timestamptz not null,
  primary key (tenant, loop)
);
