-- Written by `./whetstone restore rewind eval`: the numbers that were published before the database was restored. The other
-- services ignore lower ones, so they are not given out again.
create table number_floor (
  tenant text not null,
  loop text not null,
  revision bigint not null,
  generation bigint not null,
  primary key (tenant, loop)
);
