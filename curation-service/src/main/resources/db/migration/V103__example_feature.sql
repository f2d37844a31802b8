-- Values that stages derived from an example's text: reading one back costs less than computing it for every cut.
-- They hold data derived from the text and therefore end with the example: deleted with its row, and with its erasure,
-- rejection (by a cut, or past its deadline) and withdrawal. A value of a new version replaces the old one.
create table example_feature (
  row_id text not null references example (row_id) on delete cascade,
  kind text not null,
  version text not null,
  value bytea not null,
  primary key (row_id, kind)
);
