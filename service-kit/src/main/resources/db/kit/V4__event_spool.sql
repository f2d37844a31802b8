-- Polled events of a tenant that sends more than its share of a poll. They take effect later, in turns with the other
-- tenants' events, and their row is deleted in the transaction of their effect.
create table event_spool (
  id bigint generated always as identity primary key,
  topic text not null,
  part integer not null,
  tenant text not null,
  record_offset bigint not null,
  -- Key, headers and time of the record as JSON. A key can hold U+0000, which no text column takes.
  origin bytea not null,
  value bytea,
  bytes bigint not null
);
-- Written once and read once: compression would cost more than it saves.
alter table event_spool alter column value set storage external;
create index event_spool_queue on event_spool (topic, part, tenant, id);
