"""A page is one small file, made of parts that load nothing and can't turn text into markup."""

import json
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from alcf_mcp.tools.catalog import GROUPS
from alcf_mcp.views.catalog import VIEWS, View
from alcf_mcp.views.lean import lean_script, lean_style, styles_used_in, used_in
from alcf_mcp.views.page import Embedded, page, parts

ROOM = Path(str(files("alcf_mcp.views")))
MODULES = sorted(ROOM.glob("*/*.mjs"))
STYLES = sorted(ROOM.glob("*/*.css"))
MOST_BYTES = 30_000

every_view = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
every_part = pytest.mark.parametrize(
    "part", [*MODULES, *STYLES, ROOM / "kit" / "page.html"], ids=lambda part: part.name
)


def scripts(html: str, kind: str) -> list[str]:
    return re.findall(rf'<script type="{kind}"[^>]*>(.*?)</script>', html, re.DOTALL)


def data(html: str, id: str) -> Any:
    (found,) = re.findall(rf'<script type="application/json" id="{id}">(.*?)</script>', html, re.DOTALL)
    return json.loads(found)


def test_each_tool_has_one_view_at_most_and_exists() -> None:
    tools = [tool for view in VIEWS for tool in view.tools]
    assert len(tools) == len(set(tools))
    assert set(tools) <= GROUPS.keys()


@every_view
def test_a_page_is_small(view: View) -> None:
    assert len(page(view, list(GROUPS)).encode()) <= MOST_BYTES


@every_view
def test_a_page_is_one_file_that_names_no_other(view: View) -> None:
    html = page(view, list(GROUPS))
    assert not re.search(r"<(?:link|img|iframe|base|form|object|embed)\b|\bsrc=|\bhref=", html)
    assert len(scripts(html, "module")) == 1
    assert "<!--" not in html
    assert "/*" not in html
    assert set(re.findall(r"https?://[^\"' )]+", html)) <= {"http://www.w3.org/2000/svg"}


@every_view
@pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed: it checks the script")
def test_the_script_of_a_page_is_one(view: View, tmp_path: Path) -> None:
    (script,) = scripts(page(view, []), "module")
    file = tmp_path / "page.mjs"
    file.write_text(script, encoding="utf-8")
    checked = subprocess.run(["node", "--check", file], check=False, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


@every_view
def test_a_module_comes_after_those_that_it_imports(view: View) -> None:
    made = parts(view.name)
    assert made[-1] == f"{view.name}/{view.name}.mjs"
    for position, part in enumerate(made):
        text = (ROOM / part).read_text(encoding="utf-8")
        for imported in re.findall(r'from "\.{1,2}/(?:kit/)?([\w-]+\.mjs)"', text):
            assert f"kit/{imported}" in made[:position]


def test_every_part_is_of_some_use() -> None:
    used = {part for view in VIEWS for part in parts(view.name)}
    assert {str(module.relative_to(ROOM)) for module in MODULES} <= used


@every_part
def test_a_part_can_neither_make_markup_of_text_nor_run_it(part: Path) -> None:
    text = part.read_text(encoding="utf-8")
    markup = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|setHTML"
    )
    run = r"\beval\b|\bnew Function\b|\bimport\(|javascript:|setTimeout\(\s*[\"'`]"
    assert not re.search(f"{markup}|{run}", text)


@every_part
def test_a_part_loads_nothing(part: Path) -> None:
    text = part.read_text(encoding="utf-8")
    loads = r"\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|new Image|importScripts|@import|url\("
    assert not re.search(loads, text.replace(r"/url\(|image-set\(|@import/i", ""))
    assert set(re.findall(r"https?://[^\"' )]+", text)) <= {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("part", MODULES, ids=lambda part: part.name)
def test_no_template_literal_contains_another(part: Path) -> None:
    text = part.read_text(encoding="utf-8")
    code = re.sub(r"//.*|/\*(?:[^*]|\*(?!/))*\*/", "", text)
    for line in code.splitlines():
        assert all(text.count("${") == text.count("}") for text in line.split("`")[1::2]), line


def test_what_is_embedded_cannot_end_its_script() -> None:
    (jobs, *_) = VIEWS
    hostile = {"content": [{"type": "text", "text": "</script><script>alert(1)</script><!--"}]}
    html = page(jobs, [], embedded=Embedded("list_jobs", hostile))
    assert data(html, "embedded") == {"tool": "list_jobs", "result": hostile, "arguments": {}}
    assert html.count("<script") == 3


def test_a_page_knows_the_tools_and_their_prefix() -> None:
    (jobs, *_) = VIEWS
    server = data(page(jobs, ["list_jobs"], prefix="alcf_"), "server")
    assert server["tools"] == ["list_jobs"]
    assert server["prefix"] == "alcf_"


def test_a_lean_script_means_the_same() -> None:
    text = (
        "// about\n/**\n * more\n */\nexport async function f(a, b) {\n  // why\n"
        "  const [x, y] = a.map(async (one) => f((two) => one));\n"
        '  const words = "a  //  b";\n  return a.replace(/^ +"/, `${b}  c`) + - b;\n}\n'
    )
    assert lean_script(text) == (
        "export async function f(a,b){let[x,y]=a.map(async(one)=>f(two=>one));"
        'let words="a  //  b";return a.replace(/^ +"/,`${b}  c`)+-b}'
    )


def test_a_lean_style_means_the_same() -> None:
    text = "/* about */\n.a > .b,\n.c:not(:d) {\n  margin: calc(1px + 2px) 0;\n}\n"
    assert lean_style(text) == ".a>.b,.c:not(:d){margin:calc(1px + 2px) 0}"


def test_a_script_keeps_what_it_names_and_nothing_else() -> None:
    text = "function size() {}\nfunction used() {}\nfunction spread() {}\n"
    text += 'let all = [used, ...spread()];\nsay("ui/size-changed", all.size);\n'
    assert "function size" not in used_in(text)
    assert "function used" in used_in(text)
    assert "function spread" in used_in(text)
    assert "function size" not in used_in(f'{text}el("size", {{ size: 1 }});\n')
    assert "function size" in used_in(f"{text}all.map(size);\n")


def test_a_style_sheet_keeps_the_rules_for_what_a_script_names() -> None:
    text = ".a,\n.b .c {\n  x: y;\n}\n@media (z) {\n  .b {\n    x: y;\n  }\n}\n.bad-ink > p {\n  x: y;\n}\n"
    assert styles_used_in(text, "el({ class: `a ${kind}-ink` }); kind = 'bad'") == ".a{x:y}.bad-ink>p{x:y}"
