"""Run a job, get notified when it ends, and show its output.

    python examples/run_a_job.py

It uses the embedded local facility, where you need no account. For ALCF, leave out ``--facility local``, sign
in once with ``alcf-mcp login``, and name one of your projects and a directory.
"""

import json

import anyio
from mcp import Client, StdioServerParameters
from mcp.types import TextContent, TextResourceContents

SERVER = StdioServerParameters(command="alcf-mcp", args=["serve", "--facility", "local"])
JOB = {
    "resource": "polaris",
    "account": "LocalDemo",
    "queue": "debug",
    "walltime": "5m",
    "directory": "/eagle/LocalDemo",
    "script": "echo hello from $(hostname)",
}


async def main() -> None:
    """Submit the job, listen for changes, and read the output."""
    async with Client(SERVER) as client:
        submitted = await client.call_tool("submit_job", JOB)
        assert submitted.structured_content, submitted.content
        job_id = submitted.structured_content["job_id"]

        job = f"alcf://jobs/{JOB['resource']}/{job_id}"
        async with client.listen(resource_subscriptions=[job]) as changes:
            async for _ in changes:
                (seen,) = (await client.read_resource(job)).contents
                assert isinstance(seen, TextResourceContents)
                facts = json.loads(seen.text)
                print(facts["status"])
                if facts["state"] in ("completed", "failed", "canceled"):
                    break

        output = await client.call_tool("get_job_output", {"job_id": job_id, "stream": "stdout"})
        print(*(block.text for block in output.content if isinstance(block, TextContent)))


if __name__ == "__main__":
    anyio.run(main)
