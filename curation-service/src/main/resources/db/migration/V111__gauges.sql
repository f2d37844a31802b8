-- What the gauges read: loops with ready examples.
create index loop_count_ready on loop_count (tenant, loop) where kind = 'example' and state = 'ready' and n > 0;
