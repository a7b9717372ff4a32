#!/usr/bin/env bash
# Talks with curl through a tunnel to the sample model server, once by HTTP/1.1 and once by HTTP/2. One line a step; the first
# deviation ends it with another exit code than 0.
#   CULVERT_TOKEN=... walk.sh [base]     base of the tunnel, by default http://127.0.0.1:8080/t/models
set -euo pipefail
base=${1:-http://127.0.0.1:8080/t/models}
: "${CULVERT_TOKEN:?an API key or an access token}"

fail() {
  echo "$1" >&2
  exit 1
}

walk() { # version, what curl is told
  local version=$1 how=$2 answer seen pieces first total code
  talk() {
    # The token goes by standard input: command lines can be read by every user of a machine.
    curl -sS --max-time 30 "$how" -H @- "$@" <<<"Authorization: Bearer $CULVERT_TOKEN"
  }
  answer=$(talk -w '\n%{http_version} %{http_code}' "$base/v1/models")
  seen=${answer##*$'\n'}
  [ "$seen" = "$version 200" ] || fail "asked by HTTP/$version, answered $seen"
  grep -q '"data"' <<<"$answer" || fail "no models: $answer"
  echo "ok  HTTP/$version: $seen"

  # Lines with the time each came at: an answer that is kept back on the way would come at once.
  pieces=$(talk -N -w '%{stderr}%{time_starttransfer} %{time_total}\n' -H 'Content-Type: application/json' \
    -d '{"model":"sample","stream":true,"messages":[{"role":"user","content":"Hello by curl"}]}' \
    "$base/v1/chat/completions" 2>"$times" | grep -c '^data: ')
  read -r first total <"$times"
  [ "$pieces" -gt 3 ] || fail "the answer came in $pieces pieces"
  awk -v first="$first" -v total="$total" 'BEGIN { exit !(total > 2 * first || total - first > 0.1) }' ||
    fail "all pieces came at once: the first after $first s, the last after $total s"
  echo "ok  stream: $pieces events, the first after $first s, the last after $total s"

  # A body larger than the windows on its way.
  code=$(talk -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -d @"$body" "$base/v1/chat/completions")
  [ "$code" = 200 ] || fail "an upload of 900 kB was answered $code"
  echo "ok  upload: 900 kB, answered $code"

  code=$(talk -I -o /dev/null -w '%{http_code}' "$base/v1/models")
  [ "$code" = 404 ] || [ "$code" = 200 ] || fail "HEAD was answered $code"
  echo "ok  HEAD: $code without a body"
}

times=$(mktemp)
body=$(mktemp)
trap 'rm -f "$times" "$body"' EXIT
printf '{"model":"sample","messages":[{"role":"user","content":"%s"}]}' "$(printf '%900000s' ' ' | tr ' ' x)" >"$body"
walk 1.1 --http1.1
walk 2 --http2-prior-knowledge
