#!/bin/bash -l
# title: MPI and OpenMP on Crux
# description: MPI ranks spread evenly over both CPUs of every node, and OpenMP threads over each rank's cores.
# machine: Crux
# as_of: 2026-08
# sources:
#   - https://docs.alcf.anl.gov/crux/queueing-and-running-jobs/running-jobs/
# fill_in:
#   program: absolute path of the program, and its arguments
#   ranks_per_node: MPI ranks per node; a divisor of 128, such as 64, or 128 for no threads

nodes=$(sort -u "$PBS_NODEFILE" | wc -l)
ranks_per_node={ranks_per_node}
ranks=$((nodes * ranks_per_node))
threads=$((128 / ranks_per_node)) # one per core; if not set, OpenMP would start 256 in every rank
echo "$ranks ranks of $threads threads on $nodes nodes, in $PWD"

mpiexec -n "$ranks" --ppn "$ranks_per_node" --depth "$threads" --cpu-bind depth \
    --env OMP_NUM_THREADS="$threads" --env OMP_PROC_BIND=true --env OMP_PLACES=cores \
    {program}
