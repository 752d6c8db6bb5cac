#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# batch-parallel.sh N IN OUT OPTION...   converts IN in N shards by GNU parallel, then merges
#
# As it stands, the shards run on this machine, one a processor.  With PARALLEL set to options
# of GNU parallel they run elsewhere; IN and OUT are then where all machines see them:
#
#     PARALLEL='--sshlogin a,b,c --workdir .' \
#         examples/batch-parallel.sh 12 requests.tar out.tar -t convention-json
set -eu
[ $# -ge 3 ] || { sed -n '4,11s/^# \{0,1\}//p' "$0" >&2; exit 2; }
shards=$1 in=$2 out=$3
shift 3

# "out.tar" has the parts "part-1.out.tar" and so on beside it.
case $out in
    */*) part=${out%/*}/part- name=${out##*/} ;;
    *) part=part- name=$out ;;
esac

# A shard with documents that failed ends in 3, so that parallel counts it as failed; the merge
# sees whether each is there and whole.  Run again, what was cut off goes on (--resume).
seq 1 "$shards" | parallel --quote comity batch -j 1 --resume --shard "{}/$shards" \
    -o "$part{}.$name" "$@" "$in" || :

parts=()
for ((i = 1; i <= shards; i++)); do
    parts+=("$part$i.$name")
done
exec comity batch merge -q -o "$out" "${parts[@]}"
