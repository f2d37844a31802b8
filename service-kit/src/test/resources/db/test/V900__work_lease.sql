-- As a service that takes leases declares it.
create table work_lease (
  name text primary key,
  owner text not null,
  until timestamptz not null
);
