-- What the sweep of ended rows looks for.
create index interaction_without_event on interaction (tenant, loop, response_id) where event_key is null;
create index event_open_by_receipt on event (tenant, loop, received_at) where phase = 'open' and deadline is null;
create index event_closed_with_body on event (received_at) where phase = 'closed' and body is not null;
create index event_closed on event (received_at) where phase = 'closed';
create index example_ended_text on example (formed_at) where state in ('rejected', 'withdrawn') and body is not null;
create index example_ended on example (formed_at) where state = 'rejected';
create index tombstone_by_age on tombstone (watermark);
create index erasure_request_by_age on erasure_request (requested_at);
create index finding_by_age on finding (received_at);
create index cut_by_age on cut (created_at) where state <> 'open';

-- How far a sweep over a whole table has come.
create table retention_position (
  sweep text primary key,
  tenant text not null,
  loop text not null,
  place text not null
);
