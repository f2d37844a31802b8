-- The limits under which a migration runs.
create table limits_of_a_migration as
  select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock;
