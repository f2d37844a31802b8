-- What the gauges read: decisions that wait for a person.
create index decision_held on decision (tenant, loop, champion_generation) where verdict = 'HOLD';
