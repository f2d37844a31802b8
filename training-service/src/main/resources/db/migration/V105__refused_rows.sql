-- Rows that the attempt's worker left out because the base cannot take them, as JSON of the status report.
alter table attempt add column refused_rows text;
