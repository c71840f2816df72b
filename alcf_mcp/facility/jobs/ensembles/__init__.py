"""Many runs of one program in one job: their parameters, the script that runs them, and how far they are."""

from alcf_mcp.facility.jobs.ensembles.ensemble import Ensemble, ensemble_of, listed, located, moved
from alcf_mcp.facility.jobs.ensembles.parameters import parse_members
from alcf_mcp.facility.jobs.ensembles.progress import MemberState, Progress
from alcf_mcp.facility.jobs.ensembles.reading import EnsembleFiles, check_member, ensemble_run_by, is_ensemble

__all__ = [
    "Ensemble",
    "EnsembleFiles",
    "MemberState",
    "Progress",
    "check_member",
    "ensemble_of",
    "ensemble_run_by",
    "is_ensemble",
    "listed",
    "located",
    "moved",
    "parse_members",
]
