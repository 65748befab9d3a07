#!/usr/bin/env bash
# Everything a change has to pass, cheapest first.
set -euo pipefail
cd "$(dirname "$0")/.."
npx biome check .
npx tsc --noEmit
node --import tsx scripts/lint-asl.ts
npx serverless package
npx mocha
