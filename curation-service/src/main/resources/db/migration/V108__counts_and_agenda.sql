-- Counters of events, examples and batches, kept by triggers in the transactions that change the rows, whatever
-- statement does it. Transactions append to loop_count_delta and never wait for each other; the reconciler folds the
-- deltas into loop_count. The view loop_counted adds both and is exact at any time.
create table loop_count (
  tenant text not null,
  loop text not null,
  kind text not null check (kind in ('event', 'example', 'batch', 'tag')),
  -- State of an example or batch, fate of an event.
  state text not null,
  -- Reason of an event or example, trigger of a batch, the tag itself for kind 'tag'; empty where there is none.
  reason text not null,
  -- Of an example; empty for other kinds.
  form text not null,
  split text not null,
  n bigint not null,
  -- Number of the fold that changed the row last, so that a reader can ask for what is new.
  changed bigint not null,
  primary key (tenant, loop, kind, state, reason, form, split)
);
create index loop_count_changed on loop_count (changed);
create index loop_count_parked on loop_count (tenant, loop)
  where kind = 'event' and state = 'waiting' and reason = 'loop' and n > 0;
create sequence loop_count_fold;

create table loop_count_delta (
  id bigint generated always as identity primary key,
  tenant text not null,
  loop text not null,
  kind text not null,
  state text not null,
  reason text not null,
  form text not null,
  split text not null,
  n bigint not null
);
create index loop_count_delta_by_loop on loop_count_delta (tenant, loop, kind);

create view loop_counted as
  select tenant, loop, kind, state, reason, form, split, n from loop_count
  union all
  select tenant, loop, kind, state, reason, form, split, n from loop_count_delta;

-- When the reconciler has to look at a loop again. Folding, a declaration and a request make it due at once.
create table loop_agenda (
  tenant text not null,
  loop text not null,
  due_at timestamptz not null,
  -- Counts the times it was made due, so that a look that ends does not undo one of them.
  wakes bigint not null default 0,
  primary key (tenant, loop)
);
create index loop_agenda_due on loop_agenda (due_at);

create function count_events() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into loop_count_delta (tenant, loop, kind, state, reason, form, split, n)
      select tenant, loop, 'event', fate, coalesce(reason, ''), '', '', count(*) from added group by 1, 2, 4, 5;
  elsif tg_op = 'DELETE' then
    insert into loop_count_delta (tenant, loop, kind, state, reason, form, split, n)
      select tenant, loop, 'event', fate, coalesce(reason, ''), '', '', -count(*) from removed group by 1, 2, 4, 5;
  else
    insert into loop_count_delta (tenant, loop, kind, state, reason, form, split, n)
      select tenant, loop, 'event', fate, coalesce(reason, ''), '', '', sum(n) from (
        select tenant, loop, fate, reason, 1 as n from added
        union all select tenant, loop, fate, reason, -1 from removed) as both_sides
      group by 1, 2, 4, 5 having sum(n) <> 0;
  end if;
  return null;
end $$;
create trigger count_added_events after insert on event
  referencing new table as added for each statement execute function count_events();
create trigger count_removed_events after delete on event
  referencing old table as removed for each statement execute function count_events();
create trigger count_changed_events after update on event
  referencing old table as removed new table as added for each statement execute function count_events();

-- What an example counts as: itself, and each tag that the next batch may have to cover.
create function counted_example(state text, reason text, form text, split text, tags text[])
  returns table (kind text, c_state text, c_reason text, c_form text, c_split text) language sql immutable as $$
  select 'example', state, coalesce(reason, ''), form, split
  union all
  select distinct 'tag', state, left(tag, 500), '', '' from unnest(tags) as t(tag)
    where split = 'train' and state in ('ready', 'cut') and tag is not null
$$;
create function count_examples() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into loop_count_delta (tenant, loop, kind, state, reason, form, split, n)
      select x.tenant, x.loop, c.kind, c.c_state, c.c_reason, c.c_form, c.c_split, count(*)
      from added x, counted_example(x.state, x.reason, x.form, x.split, x.tags) c group by 1, 2, 3, 4, 5, 6, 7;
  elsif tg_op = 'DELETE' then
    insert into loop_count_delta (tenant, loop, kind, state, reason, form, split, n)
      select x.tenant, x.loop, c.kind, c.c_state, c.c_reason, c.c_form, c.c_split, -count(*)
      from removed x, counted_example(x.state, x.reason, x.form, x.split, x.tags) c group by 1, 2, 3, 4, 5, 6, 7;
  else
    insert into loop_count_delta (tenant, loop, kind, state, reason, form, split, n)
      select x.tenant, x.loop, c.kind, c.c_state, c.c_reason, c.c_form, c.c_split, sum(x.n) from (
        select tenant, loop, state, reason, form, split, tags, 1 as n from added
        union all select tenant, loop, state, reason, form, split, tags, -1 from removed) as x,
        counted_example(x.state, x.reason, x.form, x.split, x.tags) c
      group by 1, 2, 3, 4, 5, 6, 7 having sum(x.n) <> 0;
  end if;
  return null;
end $$;
create trigger count_added_examples after insert on example
  referencing new table as added for each statement execute function count_examples();
create trigger count_removed_examples after delete on example
  referencing old table as removed for each statement execute function count_examples();
create trigger count_changed_examples after update on example
  referencing old table as removed new table as added for each statement execute function count_examples();

-- A batch that is decided counts under another form: the loop may be free for its next batch.
create function count_batches() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into loop_count_delta (tenant, loop, kind, state, reason, form, split, n)
      select tenant, loop, 'batch', state, batch_trigger, case when undecided then 'undecided' else '' end, '', count(*)
      from added group by 1, 2, 4, 5, 6;
  elsif tg_op = 'DELETE' then
    insert into loop_count_delta (tenant, loop, kind, state, reason, form, split, n)
      select tenant, loop, 'batch', state, batch_trigger, case when undecided then 'undecided' else '' end, '', -count(*)
      from removed group by 1, 2, 4, 5, 6;
  else
    insert into loop_count_delta (tenant, loop, kind, state, reason, form, split, n)
      select tenant, loop, 'batch', state, batch_trigger, case when undecided then 'undecided' else '' end, '', sum(n)
      from (select tenant, loop, state, batch_trigger, undecided, 1 as n from added
        union all select tenant, loop, state, batch_trigger, undecided, -1 from removed) as both_sides
      group by 1, 2, 4, 5, 6 having sum(n) <> 0;
  end if;
  return null;
end $$;
create trigger count_added_batches after insert on batch
  referencing new table as added for each statement execute function count_batches();
create trigger count_removed_batches after delete on batch
  referencing old table as removed for each statement execute function count_batches();
create trigger count_changed_batches after update on batch
  referencing old table as removed new table as added for each statement execute function count_batches();

create function wake_declared_loops() returns trigger language plpgsql as $$
begin
  insert into loop_agenda (tenant, loop, due_at)
    select distinct tenant, loop, timestamptz '-infinity' from added order by 1, 2
    on conflict (tenant, loop) do update set due_at = '-infinity', wakes = loop_agenda.wakes + 1;
  return null;
end $$;
create trigger wake_added_loops after insert on declared_loop
  referencing new table as added for each statement execute function wake_declared_loops();
create trigger wake_changed_loops after update on declared_loop
  referencing new table as added for each statement execute function wake_declared_loops();

-- Rows from before the triggers.
insert into loop_count (tenant, loop, kind, state, reason, form, split, n, changed)
  select tenant, loop, 'event', fate, coalesce(reason, ''), '', '', count(*), nextval('loop_count_fold')
  from event group by 1, 2, 4, 5;
insert into loop_count (tenant, loop, kind, state, reason, form, split, n, changed)
  select x.tenant, x.loop, c.kind, c.c_state, c.c_reason, c.c_form, c.c_split, count(*), nextval('loop_count_fold')
  from example x, counted_example(x.state, x.reason, x.form, x.split, x.tags) c group by 1, 2, 3, 4, 5, 6, 7;
insert into loop_count (tenant, loop, kind, state, reason, form, split, n, changed)
  select tenant, loop, 'batch', state, batch_trigger, case when undecided then 'undecided' else '' end, '', count(*),
    nextval('loop_count_fold')
  from batch group by 1, 2, 4, 5, 6;
insert into loop_agenda (tenant, loop, due_at) select distinct tenant, loop, timestamptz '-infinity' from declared_loop;

-- One index answers what waits, what waits longest and what a cut takes first.
drop index example_by_state;
create index example_by_state_and_age on example (tenant, loop, state, received_at, row_id);
create index example_ready_formed on example (tenant, loop, formed_at) where state = 'ready';
create index example_by_content on example (tenant, loop, split_part(example_id, '~', 1)) where batch_id is not null;
create index event_by_receipt on event (tenant, loop, received_at);
-- The counters replace it.
drop index event_by_fate;
create index batch_recent on batch (tenant, loop, sealed_at);
create index cut_void_with_files on cut (tenant, loop) where state = 'void' and planned <> '{}';
-- The list of examples in quarantine, earliest deadline first.
create index example_quarantined on example (tenant, loop, deadline, row_id) where state = 'quarantined';
