"""Many runs of one program in one job: their parameters, the script that runs them, and how far they are."""

from alcf_mcp.facility.jobs.ensembles.ensemble import Ensemble, ensemble_of, located, moved
from alcf_mcp.facility.jobs.ensembles.progress import MemberState, Progress
from alcf_mcp.facility.jobs.ensembles.reading import EnsembleFiles, is_ensemble

__all__ = [
    "Ensemble",
    "EnsembleFiles",
    "MemberState",
    "Progress",
    "ensemble_of",
    "is_ensemble",
    "located",
    "moved",
]
