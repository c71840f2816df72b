#!/bin/bash -l
# title: A container on Polaris
# description: A program in an Apptainer image, with the GPUs, and with the machine's own MPI instead of the image's.
# machine: Polaris
# as_of: 2026-08
# sources:
#   - https://docs.alcf.anl.gov/polaris/containers/containers/
#   - https://github.com/argonne-lcf/alcf-agent-skillset/blob/main/containers/polaris-container-run.md
# fill_in:
#   image: absolute path of the image (.sif); its MPI must be MPICH, Open MPI does not work
#   program: the program's path inside the image, and its arguments
#   ranks_per_node: MPI ranks per node, 1 to 32; 4 for one per GPU

module use /soft/modulefiles
module load spack-pe-base
module load apptainer
module load cray-mpich-abi # replaces cray-mpich, and says so

export APPTAINER_TMPDIR=/local/scratch/apptainer-tmpdir APPTAINER_CACHEDIR=/local/scratch/apptainer-cachedir
mkdir -p "$APPTAINER_TMPDIR" "$APPTAINER_CACHEDIR"

# Compute nodes reach the internet through this proxy.
export HTTP_PROXY=http://proxy.alcf.anl.gov:3128 HTTPS_PROXY=http://proxy.alcf.anl.gov:3128
export http_proxy=$HTTP_PROXY https_proxy=$HTTPS_PROXY

# Use the machine's MPI libraries inside the image, and no cross-memory copies, which fail under --fakeroot.
export APPTAINERENV_LD_LIBRARY_PATH="$CRAY_LD_LIBRARY_PATH:$LD_LIBRARY_PATH:/opt/cray/pe/pals/1.2.12/lib"
export APPTAINERENV_MPICH_SMP_SINGLE_COPY_MODE=NONE

nodes=$(sort -u "$PBS_NODEFILE" | wc -l)
ranks_per_node={ranks_per_node}
ranks=$((nodes * ranks_per_node))
echo "$ranks ranks on $nodes nodes, in $PWD"

# If libcxi.so.1 is not found inside, add -B /usr/lib64:/host/usr/lib64, and :/host/usr/lib64 to the path above.
mpiexec -n "$ranks" --ppn "$ranks_per_node" --depth "$((32 / ranks_per_node))" --cpu-bind depth \
    bash -c 'export CUDA_VISIBLE_DEVICES=$((3 - PMI_LOCAL_RANK % 4)); exec "$@"' on_its_gpu \
    apptainer exec --fakeroot --nv -B /opt -B /var/run/palsd/ {image} {program}
