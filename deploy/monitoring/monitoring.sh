# Sourced by the script in the root: `./whetstone test monitoring`. A real Prometheus scrapes the demo, every expression
# of the dashboards and alerts must have data, and the dashboards are drawn from it.

monitoring="$project/deploy/monitoring"
monitoring_state="$state/monitoring"
skipped=77 # the exit code of a test that this machine cannot run

skip_monitoring() { # why, remedies...
  printf 'monitoring tests: skipped: %s\n' "$1" >&2
  shift
  for remedy in "$@"; do printf '  → %s\n' "$remedy" >&2; done
  exit $skipped
}

find_chromium() {
  local candidate
  for candidate in chromium chromium-browser google-chrome google-chrome-stable; do
    if chromium="$(command -v "$candidate")"; then return 0; fi
  done
  return 1
}

# Ends with what is missing. Installs packages only when asked to.
require_monitoring_host() { # whether to install packages
  local absent=()
  # Debian's package prometheus contains promtool.
  command -v prometheus >/dev/null 2>&1 && command -v promtool >/dev/null 2>&1 || absent+=(prometheus)
  find_chromium || absent+=(chromium)
  [ ${#absent[@]} -gt 0 ] || return 0
  if $1 && command -v apt-get >/dev/null 2>&1; then
    with_progress "installing ${absent[*]}" "$state/logs/apt.log" sh -c \
      'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"' apt "${absent[@]}"
    require_monitoring_host false
    return
  fi
  skip_monitoring "programs are missing: ${absent[*]}" \
    "Debian: apt-get install --no-install-recommends ${absent[*]}, or repeat this command with --install"
}

# An environment of its own: neither the worker nor a service needs these packages.
make_monitoring_environment() {
  local venv="$monitoring_state/venv" packages
  packages="$(digest <"$monitoring/requirements.lock")"
  if ! "$venv/bin/python" -c pass >/dev/null 2>&1 || [ "$(cat "$venv/lock.sha256" 2>/dev/null)" != "$packages" ]; then
    find_python
    with_progress "creating the environment of the dashboards" "$state/logs/monitoring-venv.log" "$python" -m venv --clear "$venv"
    with_progress "installing its packages" "$state/logs/monitoring-pip.log" \
      "$venv/bin/python" -m pip install --disable-pip-version-check --progress-bar off -r "$monitoring/requirements.lock"
    echo "$packages" >"$venv/lock.sha256"
  fi
}

in_monitoring() { # module or file, arguments...
  (cd "$monitoring" && PYTHONDONTWRITEBYTECODE=1 exec "$monitoring_state/venv/bin/python" "$@")
}

# The alerts wait 5 s instead of minutes, so that one can be seen firing and clearing. Their expressions are unchanged.
write_prometheus_files() { # port of the samples
  local service port=$((18181 + ${WHETSTONE_PORT_OFFSET:-0}))
  sed 's/^\( *for:\).*/\1 5s/' "$project/deploy/helm/whetstone/files/monitoring/alerts.yaml" >"$monitoring_state/alerts.yaml"
  {
    echo "global: {scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 2s}"
    echo "rule_files: [alerts.yaml]"
    echo "scrape_configs:"
    for service in ingest curation training eval; do
      echo "  - {job_name: $service, metrics_path: /q/metrics, static_configs: [{targets: ['127.0.0.1:$port']}]}"
      port=$((port + 1))
    done
    for service in kueue dcgm vllm; do
      echo "  - {job_name: $service, metrics_path: /$service, static_configs: [{targets: ['127.0.0.1:$1']}]}"
    done
  } >"$monitoring_state/prometheus.yml"
}

end_monitoring() { # processes...
  local code=$?
  trap - EXIT
  kill "$@" 2>/dev/null || true
  wait "$@" 2>/dev/null || true
  "$project/whetstone" down || code=1
  exit $code
}

# Its failures end it explicitly: the caller asks for its exit code, and bash then ignores `set -e` in it.
prove_on_the_demo() { # folder of the pictures
  local port=$((19090 + ${WHETSTONE_PORT_OFFSET:-0})) samples_port=$((19091 + ${WHETSTONE_PORT_OFFSET:-0})) since code=0
  local samples prometheus eval_process
  rm -rf "$monitoring_state/data"
  write_prometheus_files $samples_port
  promtool check config "$monitoring_state/prometheus.yml" || return 1
  (cd "$monitoring" && PYTHONDONTWRITEBYTECODE=1 exec "$monitoring_state/venv/bin/python" -m proof.samples $samples_port) \
    >"$state/logs/monitoring-samples.log" 2>&1 &
  samples=$!
  prometheus --config.file="$monitoring_state/prometheus.yml" --storage.tsdb.path="$monitoring_state/data" \
    --web.listen-address=127.0.0.1:$port >"$state/logs/prometheus.log" 2>&1 &
  prometheus=$!
  # shellcheck disable=SC2064 # the processes of now
  trap "end_monitoring $samples $prometheus" EXIT
  trap 'exit 130' INT TERM
  since=$(date +%s)
  # Ages of stages that last seconds are measured each second.
  WHETSTONE_METRICS_MEASURE_EVERY=1s "$project/whetstone" demo || return 1
  kill -0 $prometheus 2>/dev/null || fail "Prometheus ended" "see $state/logs/prometheus.log"
  eval_process="$(sed -n 's/.*"pid":\([0-9]*\).*/\1/p' "$state/run/eval.json")"
  in_monitoring -m proof.draw --prometheus http://127.0.0.1:$port --since "$since" --chromium "$chromium" \
    --out "$1" loop curation decisions kafka || code=1
  in_monitoring -m proof.prove --prometheus http://127.0.0.1:$port --since "$since" --stop-process "$eval_process" || code=1
  return $code
}

test_monitoring() { # [--install] [--rules] [--pictures]
  local install=false rules_only=false pictures="$monitoring_state/pictures" code=0
  while [ $# -gt 0 ]; do
    case "$1" in
      --install) install=true ;;
      --rules) rules_only=true ;;
      --pictures) pictures="$project/docs/images" ;;
      *) fail "./whetstone test monitoring has no argument '$1'" "see ./whetstone test --help" ;;
    esac
    shift
  done
  require_monitoring_host $install
  make_state
  mkdir -p "$monitoring_state" "$pictures" "$state/logs"
  make_monitoring_environment
  in_monitoring generate.py --check
  promtool check config "$monitoring/prometheus.yml"
  (cd "$monitoring" && promtool test rules ./*.test.yaml)
  if ! $rules_only; then
    if stack_runs; then fail "the stack is running, and the test starts one" "stop it first: ./whetstone down"; fi
    prove_on_the_demo "$pictures" || code=$?
  fi
  [ "$code" -eq 0 ] && echo "monitoring tests: passed" || echo "monitoring tests: FAILED (exit code $code)"
  exit "$code"
}
