"""Nothing from parameters or names reaches a shell, files execute nothing, and workers obey their owner alone."""

import ast
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from kernel_dilation.execution.local_cluster import local_cluster

import psutil
import pytest
import yaml
from distributed import Client
from tiny_projects import clean_environment, copied_project, tiny_params

CODE = [path for folder in ("kernel_dilation", "stages", "tools", "benchmarks") for path in sorted(Path(folder).rglob("*.py"))]
NASTY = "x'; touch pwned; echo '"


def calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]


def test_no_command_is_run_through_a_shell():
    for path in CODE:
        for call in calls(path):
            assert ast.unparse(call.func) not in ("os.system", "os.popen", "subprocess.getoutput", "eval", "exec"), path
            assert not [keyword for keyword in call.keywords if keyword.arg == "shell"], path


def test_pickles_are_loaded_only_by_the_transport_of_jobs():
    """Its pickles come from the stage itself, through connections with certificates."""
    loading = {path.name for path in CODE for call in calls(path) if ast.unparse(call.func).endswith(("pickle.load", "pickle.loads"))}
    assert loading == {"job_transport.py"}
    for path in CODE:
        for keyword in (keyword for call in calls(path) for keyword in call.keywords if keyword.arg == "allow_pickle"):
            assert ast.unparse(keyword.value) == "False", path


def test_no_network_is_loaded_by_keras_outside_its_safe_mode():
    for path in CODE:
        for call in calls(path):
            assert not [keyword for keyword in call.keywords if keyword.arg == "safe_mode" and ast.unparse(keyword.value) != "True"], path
            assert not ast.unparse(call.func).endswith("enable_unsafe_deserialization"), path


@pytest.mark.slow
@pytest.mark.parametrize("place", ["poolings", "learn.methods"])
def test_a_name_with_a_command_of_the_shell_is_refused_and_runs_nothing(tmp_path, place):
    copied_project(tmp_path)
    params = tiny_params()
    if place == "poolings":
        params["poolings"] = [NASTY]
    else:
        params["learn"]["methods"] = [NASTY]
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    done = subprocess.run([sys.executable, "-m", "dvc", "repro"], cwd=tmp_path, env=clean_environment(), capture_output=True, text=True)
    assert done.returncode != 0
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.slow
def test_workers_listen_on_loopback_and_refuse_a_client_without_their_certificate():
    with local_cluster(1) as cluster:
        listening = [
            connection
            for process in (psutil.Process(), *psutil.Process().children(recursive=True))
            for connection in process.net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        ]
        assert listening
        assert {connection.laddr.ip for connection in listening} == {"127.0.0.1"}
        address = cluster.scheduler_address
        for foreign in (address, address.replace("tls://", "tcp://")):
            with pytest.raises((OSError, TypeError, ValueError)):
                Client(foreign, timeout=3)
        port = int(address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
            plain.settimeout(10)
            answer = b""
            with suppress(ConnectionResetError):
                answer = plain.recv(100)
            assert not answer.startswith(b"HTTP")
        with Client(cluster) as own:
            assert own.submit(sum, [1, 2]).result() == 3
