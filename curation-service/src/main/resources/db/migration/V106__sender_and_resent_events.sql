-- The API key that ingest authenticated. With a publishable key the end user is only claimed, so that caps count the key
-- and the connection: a keyed digest of the network address, which ends with the event's row and with an erasure.
alter table event add column key_id text;
alter table event add column publishable boolean not null default false;
alter table event add column connection text;

-- Events whose key arrived again: with the same body (a retry, or the same content without an id and a time), or with
-- another body (an id conflict; what came first stands). One row for each body. Rows end with the event.
create table resent_event (
  event_key text not null references event (event_key) on delete cascade,
  body_sha256 text not null,
  tenant text not null,
  loop text not null,
  conflict boolean not null,
  times bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  -- Offset of the last record counted: a record that the broker delivers again is not counted again.
  last_offset bigint not null,
  primary key (event_key, body_sha256)
);
create index resent_event_by_loop on resent_event (tenant, loop, conflict);
