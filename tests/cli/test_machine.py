"""What a machine is doing, in a terminal."""

import json
from pathlib import Path

from tests.cli.commands import Terminal


def test_a_machine_is_a_picture_of_its_nodes_and_queues(terminal: Terminal) -> None:
    terminal.submit("sleep 60", "-n", "2")
    terminal.run("wait", "1001", "--timeout", "3s")
    shown = terminal.run("machine", "polaris", check=True).stdout
    assert shown.startswith("Polaris, as of ")
    assert "█" in shown
    assert "2 in use  6 free  0 down" in shown
    assert shown.splitlines()[3].split() == ["debug", "1", "2", "0", "0"]
    assert "reservation 'Planned maintenance' (8 nodes)" in shown


def test_without_a_name_all_machines_are_shown(terminal: Terminal) -> None:
    shown = terminal.run("machine", check=True).stdout
    assert "Polaris, as of" in shown
    assert "Crux, as of" in shown


def test_programs_get_an_object_a_line(terminal: Terminal) -> None:
    (line,) = terminal.run("machine", "crux", "--json", check=True).stdout.splitlines()
    facts = json.loads(line)
    assert (facts["machine"], facts["nodes_free"], facts["queues"]) == ("Crux", 4, [])


def test_a_machine_is_shown_in_a_browser(terminal: Terminal) -> None:
    away = terminal.with_settings(SSH_CONNECTION="1.2.3.4 5 6.7.8.9 22")
    for name in ((), ("crux",)):
        shown = away.run("machine", *name, "--open", check=True).stdout
        path = Path(shown.removeprefix("Open in a browser: ").rstrip())
        assert path.name == "local-machine.html"
        assert "Crux" in path.read_text(encoding="utf-8")
    assert "Polaris" not in path.read_text(encoding="utf-8")


def test_what_is_not_known_is_said_with_its_reason(terminal: Terminal) -> None:
    nowhere = terminal.with_settings(ALCF_MCP_ACTIVITY_URL="http://127.0.0.1:9")
    shown = nowhere.run("machine", "polaris", check=True).stdout
    assert shown == "What Polaris is doing is not known: 127.0.0.1 can't be reached.\n"
    off = terminal.with_settings(ALCF_MCP_ACTIVITY_URL="")
    assert "it has no activity feed" in off.run("machine", "polaris", check=True).stdout


def test_a_filesystem_is_not_a_machine(terminal: Terminal) -> None:
    done = terminal.run("machine", "eagle")
    assert done.returncode == 1
    assert "jobs run on compute resources" in done.stderr


def test_one_way_to_show_it_is_enough(terminal: Terminal) -> None:
    assert terminal.run("machine", "--watch", "--json").returncode == 2
    assert terminal.run("machine", "--open", "--json").returncode == 2
