-- Prompts that the candidate and the base answered differently when the candidate was evaluated: replicas are asked them.
create table effect_probe (
  tenant text not null,
  loop text not null,
  checkpoint_id text not null,
  position int not null,
  item_id text not null,
  tolerance double precision not null,
  max_tokens int not null,
  prompt text not null,
  recorded_at timestamptz not null,
  primary key (tenant, loop, checkpoint_id, position)
);
create index effect_probe_by_item on effect_probe (tenant, loop, item_id);

-- Since when the model server keeps an evaluation from advancing, how many answers it had then, and how often in a row
-- the server failed on the candidate alone.
alter table evaluation add column unwell_since timestamptz;
alter table evaluation add column answers_seen bigint not null default 0;
alter table evaluation add column adapter_failures int not null default 0;

-- When a checkpoint was first reported as trained on erased data. For earlier reports the deadline starts now.
alter table checkpoint add column tainted_at timestamptz;
update checkpoint set tainted_at = now() where tainted is not null;

-- What the last check of a replica showed; written when it changes.
create table replica_observation (
  tenant text not null,
  loop text not null,
  url text not null,
  generation bigint not null,
  answering boolean not null,
  trouble text not null,
  former_trouble text not null,
  observed_at timestamptz not null,
  primary key (tenant, loop, url)
);
