from __future__ import annotations

import errno
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.local.tree import Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    tree = Tree(tmp_path / "tree", "ada", ("Demo",))
    tree.create()
    return tree


def test_both_names_of_eagle_are_one_place(tree: Tree) -> None:
    assert tree.locate("/eagle/Demo/x") == tree.locate("/lus/eagle/Demo/x") == tree.root / "eagle/Demo/x"


def test_home_is_the_users_own(tree: Tree) -> None:
    assert tree.locate(tree.home) == tree.root / "home/ada"
    with pytest.raises(PermissionError):
        tree.locate("/home/eve/x")


@pytest.mark.parametrize(
    "path", ["/", "/etc/passwd", "/lus", "/lus/grand/x", "/eagle/../etc", "/eagle/../.."]
)
def test_nothing_else_is_there(tree: Tree, path: str) -> None:
    with pytest.raises(PermissionError):
        tree.locate(path)


@pytest.mark.parametrize("target", ["/etc", "/", "../../../..", "../../../../etc", "/home/eve"])
def test_a_link_out_of_the_tree_leads_nowhere(tree: Tree, target: str) -> None:
    (tree.root / "eagle/Demo/link").symlink_to(target)
    for path in ("/eagle/Demo/link", "/eagle/Demo/link/passwd"):
        with pytest.raises(PermissionError):
            tree.locate(path)


def test_an_absolute_link_means_a_facility_path(tree: Tree) -> None:
    (tree.root / "eagle/Demo/link").symlink_to("/lus/eagle/Demo/real")
    assert tree.locate("/eagle/Demo/link/x") == tree.root / "eagle/Demo/real/x"
    assert tree.locate("/eagle/Demo/link", follow=False) == tree.root / "eagle/Demo/link"


def test_links_in_a_circle_are_noticed(tree: Tree) -> None:
    (tree.root / "eagle/Demo/a").symlink_to("b")
    (tree.root / "eagle/Demo/b").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links") as caught:
        tree.locate("/eagle/Demo/a")
    assert caught.value.errno == errno.ELOOP


PARTS = st.one_of(
    st.sampled_from(["..", ".", "", "eagle", "home", "ada", "lus", "Demo", "out", "up", "loop", "in"]),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8),
)


@given(st.lists(PARTS, max_size=8))
def test_no_path_escapes(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    root = tmp_path_factory.mktemp("tree")
    tree = Tree(root, "ada", ("Demo",))
    tree.create()
    for name, target in {"out": "/etc", "up": "../../..", "loop": "loop", "in": "/home/ada"}.items():
        (root / "eagle/Demo" / name).symlink_to(target)
    try:
        place = tree.locate("/eagle/Demo/" + "/".join(parts))
    except OSError:
        return
    assert place.is_relative_to(root)
    assert place.resolve().is_relative_to(root.resolve())
