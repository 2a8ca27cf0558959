#!/bin/sh
# The main job on a bundled snapshot, without a model and without a cluster: demo.sh [BINARY]
set -eu
dupin=${1:-build/dupin}
cluster=tests/snapshots/demo-dra/cluster
question="Why does the training pod not start?"
echo "\$ dupin ask --offline --snapshot $cluster \"$question\""
echo
"$dupin" ask --offline --snapshot "$cluster" "$question"
echo
echo "The investigation is kept:"
echo "\$ dupin history"
"$dupin" history | head -3
