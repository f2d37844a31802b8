-- Which Loop resource of the cluster declares a loop. Two resources cannot declare the same one, and such a loop is not
-- deleted by a request: the resource would declare it again.
create table cluster_loop (
  tenant text not null,
  loop text not null,
  resource text not null unique,
  primary key (tenant, loop)
);
