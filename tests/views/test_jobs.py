from tests.views.browser import Browser
from tests.views.conftest import wire
from tests.conftest import Assistant
from pathlib import Path

async def test_try(browser: Browser, drawing: Assistant, directory: str) -> None:
    async def answer(name, args): return await wire(drawing, name, args)
    for n in ("relax", "equilibrate"):
        await drawing.do("submit_job", resource="polaris", script="echo hello; exit %d" % (n=="relax"), name=n, account="LocalDemo", queue="debug", walltime="10m", nodes=1, directory=directory)
    j=(await drawing.do("list_jobs"))["jobs"]
    for one in j: await drawing.do("wait_for_job", job_id=one["job_id"])
    await drawing.do("submit_job", resource="polaris", script="sleep 60", name="production", account="LocalDemo", queue="debug", walltime="10m", nodes=1, directory=directory)
    await drawing.do("submit_job", resource="polaris", script="sleep 60", name="held-one", account="LocalDemo", queue="debug", walltime="1h", nodes=2, directory=directory)
    import asyncio; await asyncio.sleep(1)
    result = await wire(drawing, "list_jobs", {"include_finished": True})
    print(result)
    page=(await drawing.client.read_resource("ui://alcf/jobs.html")).contents[0].text
    await browser.open(page, answer=answer, width=720, options={"context":{"theme":"light"},"input":{"include_finished":True},"result":result})
    await asyncio.sleep(.5)
    print(await browser.noted(), await browser.audit())
    await browser.shot(Path("/tmp/shots/jobs.png"))
    await browser.run("await view.locator('button.row').first().click(); await page.waitForTimeout(1000)")
    await browser.shot(Path("/tmp/shots/jobs-open.png"))
    print(await browser.noted(), await browser.run("return page.evaluate('window.seen')"))
    assert 0

async def test_try2(browser: Browser, drawing: Assistant, directory: str) -> None:
    import asyncio
    async def answer(name, args): return await wire(drawing, name, args)
    j=await drawing.do("submit_job", resource="polaris", script="for i in $(seq 80); do echo step $i loss 0.$i; done; echo 'cuda out of memory' >&2; exit 137", name="train-7b", account="LocalDemo", queue="debug", walltime="10m", nodes=1, directory=directory)
    await drawing.do("wait_for_job", job_id=j["job_id"])
    result = await wire(drawing, "get_job", {"job_id": j["job_id"]})
    page=(await drawing.client.read_resource("ui://alcf/job.html")).contents[0].text
    for w,t in ((720,"light"),(320,"dark")):
        await browser.open(page, answer=answer, width=w, options={"context":{"theme":t, "toolInfo":{"tool":{"name":"get_job","inputSchema":{"type":"object"}}}},"input":{"job_id":j["job_id"]},"result":result})
        await asyncio.sleep(.8)
        print(await browser.noted(), await browser.audit())
        await browser.shot(Path(f"/tmp/shots/job-{w}.png"))
    await browser.run("await view.getByRole('button',{name:'stdout'}).click(); await view.getByRole('searchbox').fill('step 7'); await page.waitForTimeout(300)")
    await browser.shot(Path("/tmp/shots/job-search.png"))
    print(await browser.noted(), await browser.run("return page.evaluate('window.seen')"))
    assert 0
