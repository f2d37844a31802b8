-- Identifies the time between two restores of the database. `./whetstone restore rewind` sets a new one, so that ids derived
-- from numbers that are given out again differ from those published before the restore.
create table database_epoch (
  only_one boolean primary key default true check (only_one),
  epoch text not null,
  begun_at timestamptz not null default now(),
  -- False from a rewind until the service has published its state anew.
  announced boolean not null default true
);
insert into database_epoch (epoch) values (substr(replace(gen_random_uuid()::text, '-', ''), 1, 12));

-- Two topics can hold events with the same key. Rows from before this migration have no topic and stand for every topic.
alter table inbox add column topic text not null default '';
alter table inbox drop constraint inbox_pkey;
alter table inbox add primary key (event_key, topic);
