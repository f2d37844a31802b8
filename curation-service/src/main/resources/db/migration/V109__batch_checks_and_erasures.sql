-- When a sealed batch's files are verified next, and how often they did not verify in a row.
create table batch_check (
  batch_id text primary key references batch (batch_id) on delete cascade,
  next_check timestamptz not null,
  failures int not null default 0,
  first_failure timestamptz
);
create index batch_check_due on batch_check (next_check);
insert into batch_check (batch_id, next_check) select batch_id, sealed_at from batch where state <> 'withdrawn';

-- An erasure as the tenant requested it. It applies to every loop of the tenant, those declared later included.
create table erasure_request (
  tenant text not null,
  erasure_id text not null,
  subject text not null check (subject in ('end_user', 'conversation')),
  digest text not null,
  conversation_key text,
  watermark timestamptz not null,
  requested_at timestamptz not null,
  -- Until then loops that become known get the erasure: an event may have been on its way when it was requested.
  spread_until timestamptz not null,
  primary key (tenant, erasure_id)
);
create index erasure_request_spread on erasure_request (spread_until);

-- Events with a number up to this one had arrived before the erasure: it covers them whatever their clock said.
alter table erasure add column arrival bigint not null default 0;
-- Transactions that worked on it; the erasure with the fewest is next, so that a large one holds up no other.
alter table erasure add column steps int not null default 0;
-- Batches that held some of its examples.
alter table erasure add column tainted text[] not null default '{}';
create index erasure_open on erasure (steps, requested_at) where state = 'open';
create index erasure_by_loop on erasure (tenant, loop);

-- Tombstones of all loops of a tenant are rows with an empty loop.
insert into tombstone (tenant, loop, subject, digest, watermark)
  select tenant, '', subject, digest, max(watermark) from tombstone group by 1, 3, 4;
delete from tombstone where loop <> '';

-- Nothing identifies the conversation of what was erased before.
update interaction set conversation_id = null, conversation_key = null
  where event_key is not null and body is null and consent
    and exists (select 1 from event e where e.event_key = interaction.event_key and e.fate = 'erased');
update event set conversation_key = null where fate = 'erased' and conversation_key is not null;
