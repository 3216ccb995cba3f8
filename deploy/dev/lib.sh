# Shared by the scripts beside it: where the tree is, how they speak, and how they install Debian packages.
# Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

# section NAME COMMAND...: runs the command under a header and says how long it took; under `set -e`.
section() {
  local name=$1 started=$SECONDS
  shift
  printf '\n=== %s\n' "$name"
  "$@"
  printf -- '--- %s: %s s\n' "$name" "$((SECONDS - started))"
}

# install_packages PACKAGE...: from Debian, when we may; else says what to do.
install_packages() {
  command -v apt-get >/dev/null ||
    fail "missing: $*. Install them with your system's package manager"
  [ "$(id -u)" = 0 ] ||
    fail "missing: $*. Install them with: sudo apt-get install --no-install-recommends $*"
  say "installing $* from Debian"
  local log
  log=$(mktemp)
  if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"; } \
    >"$log" 2>&1 </dev/null; then
    tail -n 30 "$log" >&2
    rm -f "$log"
    fail "apt-get could not install: $*"
  fi
  rm -f "$log"
}

# free_port: a TCP port of this machine on which nothing listens; below the range from which the kernel picks.
free_port() {
  local port
  for _ in $(seq 50); do
    port=$((RANDOM % 12000 + 20000))
    if ! listens 127.0.0.1 "$port"; then
      echo "$port"
      return
    fi
  done
  fail "found no free port"
}

# need_free HINT PORT...: fails when something listens on one of the ports; the hint says how to choose others.
need_free() {
  local hint=$1 port
  shift
  for port in "$@"; do
    ! listens 127.0.0.1 "$port" || fail "port $port is taken; $hint"
  done
}

listens() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# await SECONDS COMMAND...: until the command succeeds.
await() {
  local limit=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$limit" ] || return 1
    sleep 0.05
  done
}

# get PORT PATH: what 127.0.0.1 answers, header included, without needing curl.
get() {
  (
    exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
    printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$2" >&3
    cat <&3
  ) 2>/dev/null
}

# Reads the answer to its end: who leaves a pipe early fails the whole pipe.
answers() { [[ $(get "$1" "$2" | sed -n 1p) == *' 200'* ]]; }

# build_programs: the dashboard and release binaries, as hub_program and simulator_program. With HUB_BINARY and
# SIMULATOR_BINARY those are taken and nothing is built.
build_programs() {
  hub_program=${HUB_BINARY:-$target/release/command-center}
  simulator_program=${SIMULATOR_BINARY:-$target/release/loadtest}
  if [ -n "${HUB_BINARY:-}" ] && [ -n "${SIMULATOR_BINARY:-}" ]; then
    return
  fi
  command -v cargo >/dev/null || fail "missing: Rust (cargo), see https://rustup.rs"
  command -v cc >/dev/null || fail "missing: a C compiler, for SQLite; on Debian: apt-get install gcc libc6-dev"
  say "building the dashboard"
  deploy/dev/web
  say "building the hub and the simulator (some ten minutes the first time)"
  cargo build --release --workspace --bins
}

# start_simulator PORT HUB LOG [WORDS...]: with the demo's numbers and people, for the hub at that address; its process is
# `simulator`.
start_simulator() {
  local port=$1 hub=$2 log=$3
  shift 3
  "$simulator_program" simulate --fixture demo --port "$port" --hub-url "$hub" "$@" >"$log" 2>&1 </dev/null &
  simulator=$!
  await 10 listens 127.0.0.1 "$port" ||
    { tail -n 20 "$log" >&2 && fail "the simulator did not start"; }
}

# demo_says PORT NAME: `email` or `password` of the account that a demo offers on its log-in page.
demo_says() { get "$1" /api/v1/setup | sed -n "s/.*\"$2\" *: *\"\([^\"]*\)\".*/\1/p"; }

# end PROCESS...: tells all of them to stop, and waits until they have.
end() {
  local process
  for process in "$@"; do
    kill "$process" 2>/dev/null || true
  done
  for process in "$@"; do
    wait "$process" || true
  done
}
