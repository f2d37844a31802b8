#!/usr/bin/env bash
# Makes what compose.yaml mounts, in ./state: random secrets (once), the API keys of ./whetstone key, folders for data.
# Run it again after a change of the API keys.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
project="$here/../.."
state="$here/state"

random() { # 32 bytes in hex
  od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

# Readable for the containers' users, which differ from this one; the folder above lets no other user of this machine in.
put() { # file, text
  [ -e "$1" ] && return
  printf '%s\n' "$2" >"$1.new"
  chmod 444 "$1.new"
  mv "$1.new" "$1"
}

mkdir -p "$state"
chmod 700 "$state"
mkdir -p "$state/secrets" "$state/keys" "$state/infrastructure" "$state/store" "$state/prometheus"
chmod 755 "$state/secrets" "$state/keys"
chmod 777 "$state/infrastructure" "$state/store" "$state/prometheus"

# One password, in the form that each of its readers needs. It must not change: end users' digests are keyed with hmac-key.
if [ ! -e "$state/secrets/password" ]; then put "$state/secrets/password" "$(random)"; fi
password="$(cat "$state/secrets/password")"
put "$state/secrets/infrastructure.args" "--postgres-password=$password"
put "$state/secrets/database.properties" "WHETSTONE_DB_PASSWORD=$password"
[ -e "$state/secrets/curation.properties" ] || put "$state/secrets/curation.properties" "WHETSTONE_CURATION_HMAC_KEY=$(random)"
[ -e "$state/secrets/ingest.properties" ] || put "$state/secrets/ingest.properties" "WHETSTONE_CONNECTION_KEY=$(random)"
[ -e "$state/secrets/grafana-password" ] || put "$state/secrets/grafana-password" "$(random)"

if [ ! -e "$state/secrets/worker-key" ]; then
  put "$state/secrets/worker-key" "$("$project/whetstone" key create compose-worker --scopes work | grep -o 'wst_[A-Za-z0-9_-]*' | head -n 1)"
fi
# Replaced as a whole: the services read the file again while they run.
cp "$project/.whetstone/keys.json" "$state/keys/keys.json.new"
chmod 444 "$state/keys/keys.json.new"
mv "$state/keys/keys.json.new" "$state/keys/keys.json"
echo "Prepared $state. Start with: podman compose -f $here/compose.yaml up -d   (or docker compose)"
