# What a block of a document finds when a test runs it: the names in it stand for what is in this repository. A server is
# started in the background, on this machine and a free port, and ends with the block.
#
# Taken from outside: DENO, ROOT (the repository), PORT, and an empty directory to be in.

set -eu -o pipefail
servers=()
trap 'for server in ${servers[@]+"${servers[@]}"}; do kill "$server" 2>/dev/null || true; done' EXIT

# Starts a server, and waits until it says so. Where it listens is the test's business.
in_background() {
  local words=() line
  while (($# > 0)); do
    case $1 in
      --host | --port | -p) shift ;;
      *) words+=("$1") ;;
    esac
    shift
  done
  exec 3< <(exec "${words[@]}" --host 127.0.0.1 --port "$PORT" 2>&1)
  servers+=($!)
  while read -r line <&3; do
    case $line in Serving* | Misbehaving*) return ;; esac
    echo "$line" >&2
  done
  return 1
}

# Whether words call for a server.
is_server() {
  local word is=1
  for word; do
    case $word in
      serve | chaos) is=0 ;;
      --check | --list | --help) return 1 ;;
    esac
  done
  return $is
}

# Whether words call for network boot. That wants ports and an interface of its own: here it says what it would answer.
is_boot() {
  local word
  for word; do
    case $word in pxe | dhcp | bootp) return 0 ;; esac
  done
  return 1
}

dry_run() {
  local words=("$@")
  words=("${words[@]/#-i/--host}")
  words=("${words[@]/#eth0/192.0.2.1}")
  "${words[@]}" --dry-run "$PWD/srv/tftp/discover.hex" | grep -E ' OFFER |no answer'
}

# What changes the machine is not for a test: such a block is to be marked as `sh ignore`.
for name in apt-get ip iptables mount nft setcap sudo sysctl systemctl useradd; do
  eval "$name() { echo \"$name is not run here: mark the block as sh ignore\" >&2; return 1; }"
done

tftpkit() {
  local call=("$DENO" run --quiet --no-prompt -A --config "$ROOT/deno.json" "$ROOT/cli.ts" "$@")
  if is_boot "$@"; then dry_run "${call[@]}"
  elif is_server "$@"; then in_background "${call[@]}"; else "${call[@]}"; fi
}

deno() {
  local words=("$@")
  words=("${words[@]/#jsr:@tftpkit\/tftp\/cli/$ROOT/cli.ts}")
  words=("${words[@]/#cli.ts/$ROOT/cli.ts}")
  case $1 in
    task)
      grep -q "^    \"$2\": {" "$ROOT/deno.json"
      if [[ $2 == serve ]]; then in_background "$DENO" task --quiet --cwd "$ROOT" serve; fi
      ;;
    run)
      if is_boot "$@"; then dry_run "$DENO" run --no-prompt "${words[@]:1}"
      else in_background "$DENO" run --no-prompt "${words[@]:1}"; fi
      ;;
    install)
      # What would be installed is run once, with the same flags.
      [[ ${words[1]} == --global && ${words[*]: -3:2} == "-n tftpkit" ]]
      "$DENO" run --quiet --no-prompt "${words[@]:2:$# - 5}" "${words[@]: -1}" --version
      ;;
    add) [[ $2 == jsr:@tftpkit/tftp ]] ;;
    test) ls "$ROOT/${*: -1}" >&2 ;;
    *) echo "Nobody knows what deno $1 is here" >&2 && return 1 ;;
  esac
}

npx() {
  [[ "$1 $2" == "-y deno@2.9.6" ]]
  shift 2
  deno "$@"
}

git() {
  [[ $* == "clone https://github.com/tftpkit/tftp" ]]
  ln -s "$ROOT" tftp
}
