-- Single-use links to decision pages, and the sessions that they open. Only digests of the tokens are stored. Rows whose
-- link and session have ended are deleted when a new link is made.
create table decision_link (
  token_sha256 text primary key,
  tenant text not null,
  decision_id text not null,
  valid_until timestamptz not null,
  used_at timestamptz,
  session_sha256 text unique,
  session_until timestamptz
);
create index decision_link_end on decision_link (greatest(valid_until, coalesce(session_until, valid_until)));
