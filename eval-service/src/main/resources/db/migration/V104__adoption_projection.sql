-- Adoption is projected from batch.adopted and batch.set-aside, which training publishes. For batches of the past it is
-- taken from the decisions: adopted with the first promotion that was applied and stands, else set aside with a rejection
-- or a rollback. A promotion that is not applied yet is left to training.
alter table sealed_batch add column state text not null default 'pending'
  check (state in ('pending', 'adopted', 'set_aside', 'withdrawn'));
alter table sealed_batch add column adopted_by text;

update sealed_batch b set state = 'adopted', adopted_by = first.candidate
from (
  select distinct on (d.tenant, d.loop, named.batch_id) d.tenant, d.loop, named.batch_id, d.candidate
  from decision d
    join rollout r on r.decision_id = d.decision_id and r.state = 'applied'
    cross join lateral jsonb_array_elements_text(coalesce(d.body::jsonb -> 'batchIds', '[]')) as named(batch_id)
  where d.adoption = 'adopted'
  order by d.tenant, d.loop, named.batch_id, d.ordinal
) first
where b.tenant = first.tenant and b.loop = first.loop and b.batch_id = first.batch_id;

update sealed_batch b set state = 'set_aside'
where b.state = 'pending' and exists (
  select 1 from decision d
  where d.tenant = b.tenant and d.loop = b.loop and (d.verdict = 'REJECT' or d.adoption = 'rolled_back')
    and d.body::jsonb -> 'batchIds' @> to_jsonb(b.batch_id));
