-- Adoption is projected from batch.adopted and batch.set-aside: curation no longer derives it from decisions. Batches
-- keep the states that it derived so far.
drop table decision;
alter table batch drop column adopted_by;
