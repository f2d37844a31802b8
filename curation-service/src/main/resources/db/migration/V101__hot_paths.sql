-- What every round of the reconciler asks for must not cost a scan of all events.
create index event_waiting_for_conversation on event (tenant, loop, conversation_key)
  where fate = 'waiting' and reason = 'conversation';
create index event_aiming on event (tenant, loop, target) where target is not null and phase = 'open';
