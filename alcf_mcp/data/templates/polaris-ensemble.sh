#!/bin/bash -l
# title: Many small runs in one Polaris job
# description: Runs the commands in a file, several at a time on every node; submitted again, it runs only those that have
#   not succeeded.
# machine: Polaris
# as_of: 2026-08
# sources:
#   - https://docs.alcf.anl.gov/running-jobs/example-job-scripts/
#   - https://docs.alcf.anl.gov/polaris/running-jobs/using-gpus/
# fill_in:
#   commands: absolute path of a file with one shell command per line
#   results: absolute path of a directory for <line>.log, and <line>.ok if the command succeeded
#   runs_per_node: simultaneous runs per node; 4 for one per GPU, 32 for one per core

commands={commands}
export RESULTS={results}
mkdir -p "$RESULTS"

nodes=$(sort -u "$PBS_NODEFILE" | wc -l)
per_node={runs_per_node}
echo "$((nodes * per_node)) runs at a time on $nodes nodes"

# Worker n of w takes lines n, n + w, n + 2w …: no two share a line, and no dispatcher is needed.
mpiexec -n "$((nodes * per_node))" --ppn "$per_node" --depth "$((32 / per_node))" --cpu-bind depth \
    bash -c '
        export CUDA_VISIBLE_DEVICES=$((3 - PMI_LOCAL_RANK % 4))
        line=0
        while IFS= read -r command || [[ $command ]]; do
            line=$((line + 1))
            ((line % PMI_SIZE == PMI_RANK)) && [[ $command && ! -e $RESULTS/$line.ok ]] || continue
            bash -c "$command" >"$RESULTS/$line.log" 2>&1 </dev/null && : >"$RESULTS/$line.ok"
        done <"$1"
        exit 0 # failed runs are reported below, and must not stop the others
    ' worker "$commands"

line=0 missing=0
while IFS= read -r command || [[ $command ]]; do
    line=$((line + 1))
    [[ -z $command || -e $RESULTS/$line.ok ]] && continue
    missing=$((missing + 1))
    echo "not succeeded: line $line, see $RESULTS/$line.log"
done <"$commands"
echo "$missing of $line lines have not succeeded"
((missing == 0))
