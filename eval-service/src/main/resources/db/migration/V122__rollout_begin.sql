-- When a rollout began, for its span; null in rows from before.
alter table rollout add column begun_at timestamptz;
