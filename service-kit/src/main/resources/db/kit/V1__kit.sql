-- Keys of all events that took effect. Kept at least as long as the topic's retention plus the join window.
create table inbox (
  event_key text primary key,
  body_sha256 text not null,
  received_at timestamptz not null default now()
);
create index inbox_by_age on inbox (received_at);

-- Messages not yet acknowledged by the broker.
create table outbox (
  topic text not null,
  message_key text not null,
  seq bigint not null,
  headers jsonb not null,
  payload bytea not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (topic, message_key, seq)
);
create index outbox_by_age on outbox (created_at);

-- The last sequence number given out per key; its row lock orders transactions that speak under one key.
create table outbox_sequence (
  topic text not null,
  message_key text not null,
  last_seq bigint not null,
  primary key (topic, message_key)
);

-- Every declaration of a loop that this service heard of.
create table declared_loop (
  tenant text not null,
  loop text not null,
  spec_sha256 text not null,
  revision bigint not null,
  spec jsonb not null,
  primary key (tenant, loop, spec_sha256)
);
create unique index declared_loop_newest on declared_loop (tenant, loop, revision desc);
