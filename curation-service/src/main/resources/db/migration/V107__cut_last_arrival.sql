-- The last event that a cut accounts for, by its number of arrival; the next batch's card begins after it.
-- Empty for cuts of earlier versions, for which the time of the cut decides.
alter table cut add column last_arrival bigint;
