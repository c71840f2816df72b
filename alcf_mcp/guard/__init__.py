"""Actions that can't be undone are confirmed with the user first.

A guarded tool names a preview: an async function that inspects the target and says what would happen. The
guard shows the preview to the user, by elicitation if the client supports it. If it does not, the call
returns the preview and a code, and the same call with that code is carried out. Where only the user's own
answer counts, the call says how to approve it in a terminal instead. Each confirmation covers exactly one
call.
"""

from alcf_mcp.guard.asking import Call, Guard, answer_of, can_elicit, is_modern, put, question_failed
from alcf_mcp.guard.preview import Change, Preview
from alcf_mcp.guard.verdict import IN_A_TERMINAL, NOTHING_SENT, ApprovalPlace, Outcome, Verdict, explain

__all__ = [
    "IN_A_TERMINAL",
    "NOTHING_SENT",
    "ApprovalPlace",
    "Call",
    "Change",
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
