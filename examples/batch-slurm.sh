#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# batch-slurm.sh N IN OUT OPTION...   converts IN by N tasks of a Slurm array, then merges
#
# Each task reads IN and converts its share of it; IN and OUT are where all machines see them.
# OUT is named as for `comity batch -o`.  Options are those of comity batch:
#
#     examples/batch-slurm.sh 40 /data/requests.tar.zst /data/out.tar.zst -t convention-json
set -eu
[ $# -ge 3 ] || { sed -n '4,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }
shards=$1 in=$2 out=$3
shift 3

# "out.tar.zst" has the parts "part-1.out.tar.zst" and so on beside it.
case $out in
    */*) part=${out%/*}/part- name=${out##*/} ;;
    *) part=part- name=$out ;;
esac

# A task that was cut off goes on with --resume when Slurm starts it again.
task="comity batch -j \${SLURM_CPUS_PER_TASK:-1} --resume --shard \$SLURM_ARRAY_TASK_ID/$shards"
task="$task -o $(printf %q "$part")\$SLURM_ARRAY_TASK_ID.$(printf %q "$name")"
task="$task$(printf ' %q' "$@" "$in")"
job=$(sbatch --parsable --job-name=comity-batch --array="1-$shards" --wrap="$task")

# After all of them, however they ended: a task with documents that failed ends in 3.  The merge
# itself sees whether each shard is there and whole.
parts=
for ((i = 1; i <= shards; i++)); do
    parts="$parts $(printf %q "$part$i.$name")"
done
sbatch --parsable --job-name=comity-merge --dependency="afterany:${job%%;*}" \
    --wrap="comity batch merge -q -o $(printf %q "$out")$parts"
