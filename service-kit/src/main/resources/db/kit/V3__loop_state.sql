-- ACTIVE, PAUSED or DELETED; it belongs to the revision of the row.
alter table declared_loop add column state text not null default 'ACTIVE';
