-- When each loop is checked for work next; null for not before it is woken. The version changes with every wake-up.
create table loop_due (
  tenant text not null,
  loop text not null,
  kind text not null check (kind in ('evaluation', 'rollout')),
  due_at timestamptz,
  version bigint not null,
  primary key (tenant, loop, kind)
);
create index loop_due_next on loop_due (kind, due_at) where due_at is not null;
insert into loop_due (tenant, loop, kind, due_at, version)
select tenant, loop, kind, now(), 1 from champion cross join (values ('evaluation'), ('rollout')) as kinds (kind);

-- What is asked per candidate and per checkpoint.
create index decision_by_candidate on decision (tenant, loop, candidate);
create index champion_history_by_checkpoint on champion_history (tenant, loop, checkpoint_id);
create index checkpoint_by_ordinal on checkpoint (tenant, loop, ordinal);
create index rollout_by_loop on rollout (tenant, loop) where state in ('loading', 'switched');
create index decision_to_roll_out on decision (tenant, loop) where rollout_wanted;

-- What retention needs: when rows were written, and what was deleted already.
alter table answer add column asked_at timestamptz not null default now();
create index answer_by_age on answer (asked_at);
alter table likelihood add column measured_at timestamptz not null default now();
create index likelihood_by_age on likelihood (measured_at);
alter table decision add column texts_deleted_at timestamptz;
alter table decision add column facts_trimmed boolean not null default false;
create index decision_with_texts on decision (decided_at) where texts_deleted_at is null;
create index decision_with_facts on decision (decided_at) where not facts_trimmed;
alter table evaluation add column items_deleted_at timestamptz;
create index evaluation_with_items on evaluation (updated_at) where items_deleted_at is null and frozen is not null;
create index effect_probe_by_age on effect_probe (recorded_at);
