# Sourced by the script in the root: `./whetstone test upgrade`. An earlier version of Whetstone makes data and topics,
# and this one goes on with them.

# The last commit before metrics, traces and backups.
upgrade_from=b55efdb
upgrade_state="$state/upgrade"

# The earlier version's checkout and programs.
make_earlier_version() { # revision
  local earlier="$upgrade_state/earlier" revision
  revision="$(git -C "$project" rev-parse --verify --quiet "$1^{commit}")" ||
    fail "this checkout has no commit '$1'" "name one with --from, or fetch the history: git fetch --unshallow"
  if [ "$(cat "$upgrade_state/built" 2>/dev/null)" = "$revision" ]; then return 0; fi
  rm -rf "$upgrade_state"
  mkdir -p "$upgrade_state"
  git clone --quiet --shared --no-checkout "$project" "$earlier"
  git -C "$earlier" checkout --quiet --detach "$revision"
  with_progress "building the earlier version" "$state/logs/build-earlier.log" \
    "$earlier/mvnw" -f "$earlier/pom.xml" -q -B -ntp -Dmaven.test.skip=true -Dspotless.check.skip=true \
    -pl ingest-service,curation-service,training-service,eval-service -am package
  # This version's libraries with the earlier version's worker and model server: a .pth file does not follow those of
  # the folders that it names, so that this version's sources are not found.
  "$state/venv/bin/python" -m venv --without-pip "$upgrade_state/venv"
  local site sources="$earlier/training-service/worker"
  site="$("$upgrade_state/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
  {
    printf '%s\n' "$sources/src" "$sources/serve/src" "$sources/toybase/src"
    "$state/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'
  } >"$site/earlier.pth"
  echo "$revision" >"$upgrade_state/built"
}

test_upgrade() { # [--from REVISION] MAVEN-ARGUMENT...
  local revision="$upgrade_from" code=0
  if [ "${1:-}" = --from ]; then
    [ $# -ge 2 ] || fail "--from has no revision" "name a commit, for example --from HEAD~10"
    revision="$2"
    shift 2
  fi
  make_state
  make_worker
  take_lock
  if stack_runs; then
    fail "the stack is running, and the test would rebuild its programs" "stop it first: ./whetstone down"
  fi
  make_earlier_version "$revision"
  export DJL_CACHE_DIR="$state/cache/djl"
  # The loop names this checkout's files.
  export WHETSTONE_SHARED_INPUTS="$project/deploy/local/demo"
  "$project/mvnw" -f "$project/pom.xml" -B -ntp -Dspotless.check.skip=true -pl system-tests -am -Dtest=UpgradeTest \
    -Dsurefire.failIfNoSpecifiedTests=false -Dwhetstone.test.upgrade.from="$upgrade_state" "$@" verify || code=$?
  give_lock
  echo
  [ "$code" -eq 0 ] && echo "upgrade from $revision: passed" || echo "upgrade from $revision: FAILED (exit code $code)"
  return "$code"
}
