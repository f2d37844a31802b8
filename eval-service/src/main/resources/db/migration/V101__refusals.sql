-- What the model server had against a question that it refused, absent for what it answered, and the evaluation that
-- asked: a later one that reuses the answer did not pay for it.
alter table answer add column refusal text;
alter table answer add column asked_by text;
