-- How much feedback a response accepted, so that a limit needs no counting. Never decreases: see ResponseCapRule.
alter table interaction add column feedback_events int not null default 0;
alter table interaction add column feedback_bytes bigint not null default 0;

-- The same per source, kind and signal name; feedback_group is a digest of the three.
create table response_feedback (
  tenant text not null,
  loop text not null,
  response_id text not null,
  feedback_group text not null,
  events int not null,
  primary key (tenant, loop, response_id, feedback_group),
  foreign key (tenant, loop, response_id) references interaction on delete cascade
);

-- Feedback that was accepted before this migration counts to the response's total.
update interaction i set feedback_events = counted.events, feedback_bytes = counted.bytes
from (
  select tenant, loop, response_id, count(*) as events, coalesce(sum(octet_length(body)), 0) as bytes
  from event
  where response_id is not null and kind not in ('interaction', 'retraction', 'erasure')
  group by tenant, loop, response_id) counted
where i.tenant = counted.tenant and i.loop = counted.loop and i.response_id = counted.response_id;

-- Reading the open feedback of a response must not read past what is closed.
create index event_open_by_response on event (tenant, loop, response_id, event_key)
  where phase = 'open' and response_id is not null;
