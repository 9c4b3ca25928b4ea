#!/usr/bin/env bash
#
# Installs what package-lock.json says from npm, without running any script of a package.
#   tests/clients/install.sh build/PRESET/tests/clients
# Nothing is done when that folder has it already. The last line of a failure says why.
set -euo pipefail
cd "${1:?usage: tests/clients/install.sh build/PRESET/tests/clients}"

if cmp -s package-lock.json node_modules/.complete; then exit 0; fi

for program in node npm; do
    command -v "$program" || { echo "$program is not installed"; exit 1; }
done
major=$(node --print 'process.versions.node.split(".")[0]')
((major >= 20)) || { echo "node $major is too old; 20 or newer is needed"; exit 1; }

# The packages ask for Node 22 and work with 20.
timeout 300 npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error \
    --fetch-retries=1 --fetch-timeout=30000 || { echo "npm cannot reach its registry, or what it has does not fit the lock"; exit 1; }
cp package-lock.json node_modules/.complete
