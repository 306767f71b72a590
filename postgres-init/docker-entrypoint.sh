#!/usr/bin/env bash
# Makes the data directory on the first start, as the official image does, and starts the server.
#
# POSTGRES_PASSWORD is required; POSTGRES_USER (postgres), POSTGRES_DB (the user's name),
# POSTGRES_INITDB_ARGS and POSTGRES_HOST_AUTH_METHOD (scram-sha-256) are optional. Each of the
# first three may come from a file instead, whose path is in the variable with _FILE appended.
set -euo pipefail

from_file() {
  local file="${1}_FILE"
  if [[ -n ${!file:-} ]]; then
    [[ -z ${!1:-} ]] || { echo "$1 and $file are both set: unset one" >&2; exit 1; }
    export "$1=$(<"${!file}")"
    unset "$file"
  fi
}

make_cluster() {
  [[ -n ${POSTGRES_PASSWORD:-} ]] || { echo "POSTGRES_PASSWORD is not set" >&2; exit 1; }
  # Words of a command line, as in the official image.
  local -a arguments
  eval "arguments=(${POSTGRES_INITDB_ARGS:-})"
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") \
    --auth-host="${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" --auth-local=trust \
    "${arguments[@]}"
  printf 'host all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >> "$PGDATA/pg_hba.conf"
}

query() {
  psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$1" "${@:2}"
}

run_scripts() {
  local script
  for script in /docker-entrypoint-initdb.d/*; do
    case $script in
      *.sh) if [[ -x $script ]]; then "$script"; else . "$script"; fi ;;
      *.sql) query "$POSTGRES_DB" --file "$script" ;;
      *.sql.gz) gunzip --stdout "$script" | query "$POSTGRES_DB" ;;
      *) echo "$script is ignored" ;;
    esac
  done
}

if [[ ${1:-} == -* ]]; then
  set -- postgres "$@"
fi
if [[ ${1:-} == postgres && ! -s $PGDATA/PG_VERSION ]]; then
  for name in POSTGRES_PASSWORD POSTGRES_USER POSTGRES_DB; do from_file "$name"; done
  export POSTGRES_USER=${POSTGRES_USER:-postgres}
  export POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER}
  make_cluster
  # Nobody but the scripts reaches the server before it is complete.
  pg_ctl --wait --silent start --options "-c listen_addresses=''"
  if [[ $POSTGRES_DB != postgres ]]; then
    query postgres --set name="$POSTGRES_DB" <<< 'CREATE DATABASE :"name";'
  fi
  run_scripts
  pg_ctl --wait --silent stop --mode fast
fi
exec "$@"
