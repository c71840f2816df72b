#!/bin/bash -l
# title: MPI and OpenMP on Crux
# description: MPI ranks spread evenly over both CPUs of every node, and OpenMP threads over the cores of each rank.
# machine: Crux
# as_of: 2026-08
# sources:
#   - https://docs.alcf.anl.gov/crux/queueing-and-running-jobs/running-jobs/
# fill_in:
#   program: absolute path of the program, and its arguments
#   ranks_per_node: MPI ranks on a node; a divisor of 128, such as 64, or 128 without threads

nodes=$(sort -u "$PBS_NODEFILE" | wc -l)
ranks_per_node={ranks_per_node}
ranks=$((nodes * ranks_per_node))
threads=$((128 / ranks_per_node)) # one a core; without a number OpenMP would start 256 in every rank
echo "$ranks ranks of $threads threads on $nodes nodes, in $PWD"

mpiexec -n "$ranks" --ppn "$ranks_per_node" --depth "$threads" --cpu-bind depth \
    --env OMP_NUM_THREADS="$threads" --env OMP_PROC_BIND=true --env OMP_PLACES=cores \
    {program}
