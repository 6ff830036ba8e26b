#!/usr/bin/env bash
# The servers the tests use as they are: PostgreSQL, PostGIS (only for the comparison with the directory's peer), Redis,
# Kannel, Chromium. Installed when this runs as root on Debian; elsewhere the missing ones are named, and the tests that
# need them say that they are skipped.
set -euo pipefail

missing=()
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
compgen -G '/usr/share/postgresql/*/extension/postgis.control' >/dev/null || missing+=(postgresql-postgis)
command -v redis-server >/dev/null || missing+=(redis-server)
command -v bearerbox >/dev/null || [ -x /usr/sbin/bearerbox ] || missing+=(kannel kannel-extras)
command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || missing+=(chromium)
# Chromium without windows: half the work for the tests. Where Debian has it not, the whole one serves.
lighter=chromium-headless-shell
debian=no
[ "$(id -u)" -eq 0 ] && [ -r /etc/debian_version ] && command -v apt-get >/dev/null && debian=yes
[ ${#missing[@]} -eq 0 ] && { [ $debian = no ] || command -v $lighter >/dev/null; } && exit 0

if [ $debian = yes ]; then
  echo "· Debian packages for the tests: ${missing[*]:-$lighter}"
  export DEBIAN_FRONTEND=noninteractive
  log=$(mktemp)
  if ! { apt-get update -q && apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null; } >"$log" 2>&1; then
    tail -n 15 "$log"
    echo "→ The packages could not be installed; the tests that need them are skipped."
  fi
  command -v $lighter >/dev/null || apt-get install -y -q --no-install-recommends $lighter >"$log" 2>&1 ||
    echo "· Debian has no $lighter here: the browser's tests use chromium and take longer"
  rm -f "$log"
else
  echo "→ Not here: ${missing[*]}. The tests that need them are skipped (on Debian: apt-get install ${missing[*]})."
fi
