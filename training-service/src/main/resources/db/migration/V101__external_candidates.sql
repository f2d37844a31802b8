-- Adapters that no run of training made: the batches that promotion.decided names, as the events that follow a decision
-- name the checkpoint only, and the outcome, as batch.sealed of such a batch may arrive after it.
create table external_candidate (
  tenant text not null,
  loop text not null,
  checkpoint_id text not null,
  batch_ids text[] not null,
  outcome text check (outcome in ('adopted', 'set_aside')),
  decision_id text,
  reason text,
  primary key (tenant, loop, checkpoint_id)
);
