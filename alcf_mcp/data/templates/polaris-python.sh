#!/bin/bash -l
# title: Python on Polaris
# description: A Python program in ALCF's conda environment (PyTorch, TensorFlow, JAX, mpi4py), on one node or many.
# machine: Polaris
# as_of: 2026-08
# sources:
#   - https://docs.alcf.anl.gov/polaris/data-science/python/
#   - https://docs.alcf.anl.gov/polaris/known-issues/
# fill_in:
#   program: absolute path of the Python program, and its arguments
#   processes_per_node: 1, or 4 for one per GPU

module use /soft/modulefiles
module load conda
conda activate base
# For your own packages in a virtual environment on top of it: source /absolute/path/bin/activate

# Compute nodes reach the internet through this proxy.
export HTTP_PROXY=http://proxy.alcf.anl.gov:3128 HTTPS_PROXY=http://proxy.alcf.anl.gov:3128
export http_proxy=$HTTP_PROXY https_proxy=$HTTPS_PROXY

# Otherwise the socket paths of Python's multiprocessing are too long under mpiexec.
export TMPDIR=/tmp

nodes=$(sort -u "$PBS_NODEFILE" | wc -l)
per_node={processes_per_node}
echo "$((nodes * per_node)) processes on $nodes nodes, in $PWD, with $(command -v python)"

# Every process sees all four GPUs; PMI_LOCAL_RANK, PMI_RANK and PMI_SIZE tell it which one to use.
mpiexec -n "$((nodes * per_node))" --ppn "$per_node" --depth "$((32 / per_node))" --cpu-bind depth \
    python {program}
