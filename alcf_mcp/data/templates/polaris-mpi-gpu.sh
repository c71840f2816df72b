#!/bin/bash -l
# title: MPI on the GPUs of Polaris
# description: One MPI rank per GPU on every node of the job, each bound to its GPU and to the nearest cores.
# machine: Polaris
# as_of: 2026-08
# sources:
#   - https://docs.alcf.anl.gov/running-jobs/example-job-scripts/
#   - https://docs.alcf.anl.gov/polaris/running-jobs/using-gpus/
# fill_in:
#   program: absolute path of the program, and its arguments
#   gpu_aware_mpi: 1 if it passes GPU buffers to MPI (built with craype-accel-nvidia80), else 0
#   threads_per_rank: OpenMP threads per rank, 1 to 8

export MPICH_GPU_SUPPORT_ENABLED={gpu_aware_mpi}

nodes=$(sort -u "$PBS_NODEFILE" | wc -l)
ranks_per_node=4
ranks=$((nodes * ranks_per_node))
echo "$ranks ranks on $nodes nodes, in $PWD"

# Each rank gets 8 of the 32 cores. GPU 3 is nearest the first cores and GPU 0 the last, so count backwards.
mpiexec -n "$ranks" --ppn "$ranks_per_node" --depth 8 --cpu-bind depth \
    --env OMP_NUM_THREADS={threads_per_rank} --env OMP_PLACES=cores \
    bash -c 'export CUDA_VISIBLE_DEVICES=$((3 - PMI_LOCAL_RANK % 4)); exec "$@"' on_its_gpu \
    {program}
