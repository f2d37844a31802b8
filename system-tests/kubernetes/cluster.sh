# shellcheck shell=bash
# Functions of ./whetstone for the one-node cluster: builds its programs, starts and stops it. Read by ./whetstone, whose
# functions and variables it uses.

cluster_sources="$project/system-tests/kubernetes"
# Several checkouts can share one cache: the programs are named by the digest of their sources.
cluster_cache="${WHETSTONE_CLUSTER_CACHE:-$state/cache/cluster}"
cluster_bin="$cluster_cache/bin"
cluster_dir="$state/cluster"
cluster_port="${WHETSTONE_CLUSTER_PORT:-6443}"
skipped=77 # the exit code of a test that this machine cannot run

skip_cluster() {
  printf 'skipped: the cluster cannot run on this machine: %s\n' "$1"
  shift
  for remedy in "$@"; do printf '  → %s\n' "$remedy"; done
  exit $skipped
}

# --- programs ---------------------------------------------------------------------------------

find_go() {
  local minor
  [ -z "${cluster_go_found:-}" ] || return 0
  if ! command -v go >/dev/null 2>&1; then
    [ -x /usr/local/go/bin/go ] || skip_cluster "the Go compiler was not found (searched PATH, /usr/local/go)" \
      "install Go 1.26 or newer: https://go.dev/dl/"
    PATH="$PATH:/usr/local/go/bin"
  fi
  minor="$(go env GOVERSION | sed -n 's/^go1\.\([0-9]*\).*/\1/p')"
  [ "${minor:-0}" -ge 26 ] || skip_cluster "the Go compiler is $(go env GOVERSION), older than 1.26" "install a newer one: https://go.dev/dl/"
  # Nothing is written to the user's home directory. Writable: the folder can be removed without chmod.
  export GOCACHE="${GOCACHE:-$cluster_cache/go-build}" GOMODCACHE="${GOMODCACHE:-$cluster_cache/go-mod}"
  cluster_go_found=true
  export GOTOOLCHAIN=local CGO_ENABLED=0 GOFLAGS="${GOFLAGS:+$GOFLAGS }-modcacherw -buildvcs=false"
}

# Builds a program unless its sources, its dependencies and the compiler are those of the last build.
build_program() { # name, folder of the module, package, linker flags
  local name="$1" module="$2" package="$3" linker="$4" version
  version="$({ go version; echo "$package $linker"
    find "$module" -type f ! -name '*_test.go' \( ! -path '*/cmd/*' -o -path "$module/${package#./}/*" \) -print0 |
      sort -z | xargs -0 cat; } | digest)"
  if [ "$(cat "$cluster_bin/$name.digest" 2>/dev/null)" = "$version" ] && [ -x "$cluster_bin/$name" ]; then return; fi
  mkdir -p "$cluster_bin"
  with_progress "building $name" "$state/logs/build-$name.log" \
    go build -C "$module" -v -trimpath -ldflags "-s -w $linker" -o "$cluster_bin/$name.new" "$package"
  mv "$cluster_bin/$name.new" "$cluster_bin/$name"
  echo "$version" >"$cluster_bin/$name.digest"
}

kubernetes_version_flags() {
  local version package=k8s.io/component-base/version
  version="$(sed -n 's/^[[:space:]]*k8s.io\/kubernetes \(v[0-9.]*\)$/\1/p' "$cluster_sources/cluster/go.mod")"
  echo "-X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=$(echo "$version" | cut -d. -f2) -X $package.gitTreeState=clean"
}

build_cluster() { # names of programs; none: all
  local wanted=" ${*:-cluster pause probe engine-worker kube node kubeconform kueue helm} " control="$cluster_sources/cluster"
  find_go
  take_lock
  if [[ $wanted = *" cluster "* ]]; then build_program cluster "$control" ./cmd/cluster ""; fi
  if [[ $wanted = *" pause "* ]]; then build_program pause "$control" ./cmd/pause ""; fi
  if [[ $wanted = *" probe "* ]]; then build_program probe "$control" ./cmd/probe ""; fi
  if [[ $wanted = *" engine-worker "* ]]; then
    build_program engine-worker "$project/training-service/src/test/images/engine-worker" main.go ""
  fi
  if [[ $wanted = *" kube "* ]]; then
    build_program kube "$control" ./cmd/kube "$(kubernetes_version_flags)"
    ln -sf kube "$cluster_bin/kubectl"
  fi
  if [[ $wanted = *" node "* ]]; then build_program node "$control" ./cmd/node "$(kubernetes_version_flags)"; fi
  if [[ $wanted = *" kubeconform "* ]]; then
    build_program kubeconform "$cluster_sources/tools/kubeconform" github.com/yannh/kubeconform/cmd/kubeconform ""
  fi
  if [[ $wanted = *" kueue "* ]]; then build_program kueue "$control" sigs.k8s.io/kueue/cmd/kueue ""; fi
  if [[ $wanted = *" helm "* ]]; then build_program helm "$cluster_sources/tools/helm" helm.sh/helm/v4/cmd/helm ""; fi
  # Images of the programs that run in pods.
  cluster_image pause pause whetstone.test/pause:1 65532
  cluster_image probe probe whetstone.test/probe:1 65532
  cluster_image engine-worker engine-worker whetstone.test/engine-worker:1 65532
  cluster_image manager kueue whetstone.test/kueue:1 65532
  give_lock
}

cluster_image() { # entry point, program, name of the image, user
  local folder archive="$cluster_bin/$2.tar"
  [ -x "$cluster_bin/$2" ] && [ -x "$cluster_bin/cluster" ] || return 0
  [ "$archive" -nt "$cluster_bin/$2" ] && return
  folder="$(mktemp -d)"
  cp "$cluster_bin/$2" "$folder/$1"
  "$cluster_bin/cluster" image "$archive" "$3" --user "$4" "$folder/$1"
  rm -r "$folder"
}

# Collects the CustomResourceDefinitions that definitions.txt lists, each operator's in a folder of its own.
collect_definitions() {
  local list="$cluster_sources/definitions.txt" target="$cluster_cache/definitions" version
  version="$(digest <"$list")"
  [ "$(cat "$target/version" 2>/dev/null)" != "$version" ] || return 0
  find_go
  with_progress "collecting resource definitions" "$state/logs/definitions.log" copy_definitions "$list" "$target.new"
  rm -rf "$target"
  mv "$target.new" "$target"
  echo "$version" >"$target/version"
}

copy_definitions() { # list, target
  local module version folder source file target="$2"
  rm -rf "$target"
  while read -r module version folder; do
    case "$module" in "" | \#*) continue ;; esac
    echo "$module $version"
    source="$(cd "$cluster_cache" && go mod download -json "$module@$version" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",*$/\1/p')"
    mkdir -p "$target/$(basename "${module%/v[0-9]}")"
    for file in "$source/$folder"/*.yaml; do
      if grep -q '^kind: CustomResourceDefinition' "$file"; then
        cat "$file" >"$target/$(basename "${module%/v[0-9]}")/$(basename "$file")"
      fi
    done
  done <"$list"
  [ -n "$(find "$target" -name '*.yaml' -print -quit)" ]
}

# --- start and stop ---------------------------------------------------------------------------

# Ends with a reason when this machine cannot run the cluster. Installs packages only when asked to.
require_cluster_host() { # whether to install packages
  local reasons code=0 packages
  [ "$(uname -s)" = Linux ] || skip_cluster "the system is $(uname -s), not Linux"
  [ "$(id -u)" = 0 ] || skip_cluster "it needs root for namespaces, mounts and cgroups" "run this command as root"
  build_cluster cluster
  reasons="$("$cluster_bin/cluster" check)" || code=$?
  [ "$code" -ne 0 ] || return 0
  packages="$(sed -n 's/^packages: //p' <<<"$reasons")"
  if [ "$code" -eq 3 ] && ! $1; then
    skip_cluster "packages are missing: $packages" "apt-get install --no-install-recommends $packages" \
      "or repeat this command with --install"
  elif [ "$code" -eq 3 ]; then
    command -v apt-get >/dev/null 2>&1 || skip_cluster "packages are missing ($packages), and there is no apt-get to install them"
    # shellcheck disable=SC2086 # one argument for each package
    with_progress "installing $packages" "$state/logs/apt.log" sh -c \
      'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"' apt $packages
    require_cluster_host false
  else
    skip_cluster "$reasons"
  fi
}

explain_cluster() {
  cat <<'HELP'
Usage: ./whetstone cluster COMMAND

A Kubernetes cluster of one node on this machine, for tests (docs/cluster-test.md).

  build [PROGRAM...]    builds its programs (once; about 20 minutes of processor time)
  up [--install] [--resource NAME=COUNT]   starts it in the background, with NetworkPolicies enforced
  down                  stops it and prints what is left on the machine
  kubectl|helm ARGUMENT...   runs kubectl or helm for the cluster
  kueue                 installs Kueue with a small quota (system-tests/kubernetes/manifests/kueue-quota.yaml)
  load TAR...           imports images
  status | exec -- COMMAND | kill PROGRAM | expose PORT | publish PORT ADDRESS:PORT | compare FILE | snapshot FILE
HELP
}

run_cluster() {
  local command="${1:-}" install=false argument arguments=()
  [ $# -eq 0 ] || shift
  case "$command" in
    "" | help | -h | --help) explain_cluster ;;
    build) build_cluster "$@" ;;
    up)
      for argument in "$@"; do
        if [ "$argument" = --install ]; then install=true; else arguments+=("$argument"); fi
      done
      require_cluster_host $install
      build_cluster cluster pause probe kube node
      make_state
      "$cluster_bin/cluster" up --dir "$cluster_dir" --bin "$cluster_bin" --port "$cluster_port" --detach --enforce-policies "${arguments[@]}"
      ;;
    kubectl | helm)
      export KUBECONFIG="$cluster_dir/admin.kubeconfig" HELM_CACHE_HOME="$cluster_dir/helm" HELM_CONFIG_HOME="$cluster_dir/helm" HELM_DATA_HOME="$cluster_dir/helm"
      exec "$cluster_bin/$command" "$@"
      ;;
    kueue)
      build_cluster cluster kube kueue
      install_kueue
      ;;
    snapshot | compare | image | check) "$cluster_bin/cluster" "$command" "$@" ;;
    down | load | status | exec | kill | expose | publish) "$cluster_bin/cluster" "$command" --dir "$cluster_dir" "$@" ;;
    *) fail "the cluster has no command '$command'" "./whetstone cluster help lists them" ;;
  esac
}

# From the manifests of its module, with our settings and image.
install_kueue() {
  local folder="$cluster_dir/kueue" overlay="$cluster_sources/manifests/kueue" end=$((SECONDS + 120))
  find_go
  "$cluster_bin/cluster" load --dir "$cluster_dir" "$cluster_bin/kueue.tar"
  rm -rf "$folder"
  mkdir -p "$folder/overlay"
  cp -R "$(go list -C "$cluster_sources/cluster" -m -f '{{.Dir}}' sigs.k8s.io/kueue)/config" "$folder/config"
  chmod -R u+w "$folder"
  cp "$overlay/controller_manager_config.yaml" "$folder/config/components/manager/"
  cp "$overlay/kustomization.yaml" "$folder/overlay/"
  (run_cluster kubectl apply --server-side --force-conflicts -k "$folder/overlay") >"$state/logs/kueue.log"
  (run_cluster kubectl rollout status -n kueue-system deployment/kueue-controller-manager --timeout=2m)
  # Its webhooks take a moment longer to get their certificates.
  until (run_cluster kubectl apply --server-side -f "$cluster_sources/manifests/kueue-quota.yaml") >>"$state/logs/kueue.log" 2>&1; do
    [ $SECONDS -lt $end ] || fail "Kueue's webhooks did not answer within 2 minutes" "full output: $state/logs/kueue.log"
    sleep 1
  done
  echo "Kueue is installed, with the ClusterQueue training"
}

# --- tests ------------------------------------------------------------------------------------

cluster_tests=KubernetesJobEngineClusterTest,TrainJobClusterTest,ClusterLoopApiServerTest,KueueTest,ChartManifestsTest,ChartRefusalsTest,LoopOnKubernetesTest

end_cluster_test() { # whether to keep the cluster
  local code=$?
  give_lock
  if $1; then
    echo "the cluster still runs: export KUBECONFIG=$cluster_dir/admin.kubeconfig; stop it with ./whetstone cluster down"
  else
    "$cluster_bin/cluster" down --dir "$cluster_dir" || code=1
  fi
  exit "$code"
}

# Without a cluster that runs: starts clusters of its own, ends them in every way, and compares the machine.
test_remains() {
  with_progress "testing that nothing is left on the machine" "$state/logs/remains.log" \
    env WHETSTONE_CLUSTER_BIN="$cluster_bin" go test -C "$cluster_sources/cluster" -count=1 -v -timeout 20m ./cmd/cluster ./dns
  sed -n 's/^--- /  /p' "$state/logs/remains.log"
}

test_kubernetes() { # [--install] [--keep] [--class NAME] MAVEN-ARGUMENT...
  local install=false keep=false classes="$cluster_tests"
  while [ $# -gt 0 ]; do
    case "$1" in
      --install) install=true ;;
      --keep) keep=true ;;
      --class) classes="$2"; shift ;;
      *) break ;;
    esac
    shift
  done
  make_state
  require_cluster_host $install
  build_cluster
  collect_definitions
  if [[ $classes = *LoopOnKubernetesTest* ]]; then
    make_worker
    build_images
    with_progress "writing the images" "$state/logs/write-images.log" write_images
  fi
  if [ "$classes" = "$cluster_tests" ]; then test_remains; fi
  take_lock
  # shellcheck disable=SC2064 # the value of now
  trap "end_cluster_test $keep" EXIT
  "$cluster_bin/cluster" up --dir "$cluster_dir" --bin "$cluster_bin" --port "$cluster_port" --detach --enforce-policies \
    --resource nvidia.com/gpu=2 $($keep || echo "--owner $$")
  install_kueue
  "$cluster_bin/cluster" load --dir "$cluster_dir" "$cluster_bin/engine-worker.tar"
  local code=0
  WHETSTONE_TEST_KUBECONFIG="$cluster_dir/admin.kubeconfig" "$project/mvnw" -f "$project/pom.xml" -B -ntp -Dspotless.check.skip=true -Pkubernetes -pl training-service,eval-service,system-tests/kubernetes -am -Dquarkus.build.skip=true \
    -Dtest="$classes" -Dsurefire.failIfNoSpecifiedTests=false \
    -Dwhetstone.cluster.directory="$cluster_dir" -Dwhetstone.cluster.programs="$cluster_bin" \
    -Dwhetstone.cluster.definitions="$cluster_cache/definitions" -Dwhetstone.cluster.images="$state/images" \
    -Dwhetstone.cluster.python="$state/venv/bin/python" -Dwhetstone.cluster.keep=$keep "$@" test || code=$?
  [ "$code" -eq 0 ] && echo "tests on Kubernetes: passed" || echo "tests on Kubernetes: FAILED (exit code $code)"
  return "$code"
}
