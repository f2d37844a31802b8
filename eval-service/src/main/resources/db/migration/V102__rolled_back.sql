-- A promotion that was rolled back sets its batches aside; one that failed leaves them pending.
alter table decision drop constraint decision_adoption_check;
alter table decision add constraint decision_adoption_check
  check (adoption in ('none', 'adopted', 'withdrawn', 'rolled_back'));
update decision set adoption = 'rolled_back' where adoption = 'withdrawn'
  and decision_id in (select decision_id from rollout where state = 'rolled_back');
