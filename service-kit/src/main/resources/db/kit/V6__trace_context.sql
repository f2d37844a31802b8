-- W3C trace contexts of events and stages, to which spans of later stages are linked. A row is written only for what is
-- sampled, and only while tracing is on.
create table trace_context (
  tenant text not null,
  loop text not null,
  kind text not null check (kind in ('event', 'batch', 'run', 'checkpoint', 'decision')),
  -- The event's key, or the id of the batch, run, checkpoint or decision.
  subject text not null,
  traceparent text not null check (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-01$'),
  recorded_at timestamptz not null,
  primary key (tenant, loop, kind, subject)
);
create index trace_context_by_age on trace_context (recorded_at);
