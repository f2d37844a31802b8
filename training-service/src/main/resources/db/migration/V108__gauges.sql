-- What the gauges read: runs of the last 24 hours, and checkpoints without a decision.
create index run_by_start on run (created_at);
create index checkpoint_undecided on checkpoint (created_at) where state = 'undecided';
