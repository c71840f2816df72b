"""Job script templates hold no ``#PBS`` lines, say what to fill in, and run once filled in."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from alcf_mcp.facility.alcf.queues import table_of
from alcf_mcp.facility.alcf.templates import Template, list_templates, read_template
from alcf_mcp.facility.jobs.scripts import launch, remarks
from alcf_mcp.iri.errors import InvalidCall

SHIMS = Path(__file__).parents[3] / "alcf_mcp" / "local" / "shims"
PLACEHOLDER = re.compile(r"(?<!\$)\{(\w+)\}")


@dataclass
class Node:
    """Runs templates as on two nodes, with stand-ins for ALCF's modules, conda and Apptainer."""

    directory: Path

    def run(self, name: str, **filled_in: str) -> subprocess.CompletedProcess[str]:
        text = read_template(name).text.replace("/local/scratch", str(self.directory))
        script = PLACEHOLDER.sub(lambda match: filled_in[match[1]], text)
        executable, (_, command) = launch(script)
        return subprocess.run(
            [executable, "-c", command],  # not a login shell, to leave out this machine's profile
            env={
                "PATH": os.pathsep.join([str(self.directory), str(SHIMS), os.environ["PATH"]]),
                "PBS_NODEFILE": str(self.write("nodes", "node1\nnode2\n")),
                "BASH_FUNC_module%%": "() { :; }",
                "BASH_FUNC_conda%%": "() { :; }",
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        path = self.directory / name
        path.write_text(text)
        path.chmod(mode)
        return path


@pytest.fixture
def node(tmp_path: Path) -> Node:
    node = Node(tmp_path)
    node.write("python", f'#!/bin/sh\nexec {sys.executable} "$@"\n', 0o755)
    node.write("apptainer", '#!/bin/bash\nwhile [[ $1 != *.sif ]]; do shift; done; shift; exec "$@"\n', 0o755)
    return node


@pytest.mark.parametrize("template", list_templates(), ids=lambda template: template.name)
def test_a_template_says_what_it_is_for_and_what_to_fill_in(template: Template) -> None:
    assert template.title
    assert template.description
    assert table_of(template.machine)
    assert all(source.startswith("https://") for source in template.sources)
    assert remarks(template.text) == []
    body = template.text.partition("\n\n")[2]
    assert set(PLACEHOLDER.findall(body)) == set(template.fill_in)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InvalidCall) as refused:
        read_template("frontier-gpu")
    assert "polaris-mpi-gpu" in refused.value.hint


def test_on_polaris_every_rank_gets_its_gpu_and_the_nodes_all_their_ranks(node: Node) -> None:
    program = "sh -c 'echo gpu=$CUDA_VISIBLE_DEVICES rank=$PMI_LOCAL_RANK of $PMI_SIZE on $PALS_HOST'"
    done = node.run("polaris-mpi-gpu", program=program, gpu_aware_mpi="0", threads_per_rank="8")
    assert done.returncode == 0, done.stderr
    assert "8 ranks on 2 nodes" in done.stdout
    told = re.findall(r"gpu=(\d) rank=(\d) of 8 on (node\d)", done.stdout)
    assert {(int(gpu), int(rank)) for gpu, rank, _ in told} == {(3, 0), (2, 1), (1, 2), (0, 3)}
    assert len(set(told)) == 8


def test_on_crux_ranks_times_threads_are_the_cores(node: Node) -> None:
    done = node.run("crux-mpi-openmp", program="sh -c 'echo t=$OMP_NUM_THREADS'", ranks_per_node="8")
    assert done.stdout.count("t=16\n") == 16, done.stderr


def test_python_is_the_environments_and_its_exit_code_the_jobs(node: Node) -> None:
    program = node.write("train.py", "import os, sys\nprint('proxy', os.environ['https_proxy'])\nsys.exit(3)")
    done = node.run("polaris-python", program=f"{program} --epochs 2", processes_per_node="1")
    assert done.returncode == 3
    assert done.stdout.count("proxy http://proxy.alcf.anl.gov:3128") == 2


def test_a_container_gets_the_machines_libraries_and_a_gpu(node: Node) -> None:
    program = "sh -c 'echo $CUDA_VISIBLE_DEVICES $APPTAINERENV_LD_LIBRARY_PATH'"
    done = node.run("polaris-container", image="/eagle/P/x.sif", program=program, ranks_per_node="4")
    assert done.stdout.count("/opt/cray/pe/pals") == 8, done.stderr


def test_an_ensemble_runs_every_line_once_and_goes_on_with_what_failed(node: Node) -> None:
    counted = "echo x >>{0}/ran-{1}; test -e {0}/cured || exit {2}"
    lines = [counted.format(node.directory, n, 1 if n == 3 else 0) for n in range(1, 6)]
    commands = node.write(
        "commands", "\n".join([*lines, "", "echo $CUDA_VISIBLE_DEVICES"])
    )  # no last line end
    filled_in = {"commands": str(commands), "results": f"{node.directory}/results", "runs_per_node": "4"}

    first = node.run("polaris-ensemble", **filled_in)
    assert first.returncode == 1
    assert "not succeeded: line 3" in first.stdout
    assert "1 of 7 lines have not succeeded" in first.stdout

    node.write("cured", "")
    again = node.run("polaris-ensemble", **filled_in)
    assert again.returncode == 0, again.stdout
    runs = [len((node.directory / f"ran-{n}").read_text().split()) for n in range(1, 6)]
    assert runs == [1, 1, 2, 1, 1]
