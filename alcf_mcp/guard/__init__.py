"""What can't be undone asks a person first.

A guarded tool names a preview: an async function that looks at the target and tells what would happen.
The guard puts that to the person, by elicitation where the client has it. Where it has not, the call is
answered with the preview and a code, and the same call with that code is carried out; or, where only a
person's own answer counts, with the way to approve it in a terminal. An answer is worth exactly one call.
"""

from alcf_mcp.guard.asking import Call, Guard, answer_of, can_elicit, is_modern, put, question_failed
from alcf_mcp.guard.preview import Preview
from alcf_mcp.guard.verdict import NOTHING_SENT, Outcome, Verdict, explain

__all__ = [
    "NOTHING_SENT",
    "Call",
    "Guard",
    "Outcome",
    "Preview",
    "Verdict",
    "answer_of",
    "can_elicit",
    "explain",
    "is_modern",
    "put",
    "question_failed",
]
