"""Run a command beside a warm pool of workers that outlives its stages: `python -m tools.with_worker_pool dvc repro`.

Every stage that finds DASK_SCHEDULER_ADDRESS sends its jobs there, so TensorFlow is imported once
for each worker and not once for each stage. Without this, each stage starts a pool of its own.
"""

import os
import sys

from kernel_dilation.execution.local_cluster import local_cluster, wanted_workers
from kernel_dilation.execution.process_termination import exit_status
from kernel_dilation.experiment.cli_errors import exit_with_message

from distributed.deploy.spec import SpecCluster


def connection_environment(cluster: SpecCluster) -> dict[str, str]:
    """Environment variables by which Dask in another process finds the cluster and, where it has certificates, is let in."""
    client = cluster.security.get_tls_config_for_role("client")
    keys = {
        "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": client["ca_file"],
        "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT": client["cert"],
        "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY": client["key"],
    }
    encrypted = {**keys, "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True"} if all(keys.values()) else {}
    return {"DASK_SCHEDULER_ADDRESS": cluster.scheduler_address, **encrypted}


def run_with_cluster(cluster: SpecCluster, command: list[str]) -> int:
    """Exit status of the command, whose stages send their jobs to this cluster: of this machine, or any of Dask's own deployments."""
    return exit_status(command, {**os.environ, **connection_environment(cluster)})


@exit_with_message("warm")
def main(command: list[str]) -> int:
    """Exit status of the command, run beside the pool."""
    if "DASK_SCHEDULER_ADDRESS" in os.environ:  # somebody's cluster is warm already
        return exit_status(command, os.environ)
    with local_cluster(wanted_workers()) as cluster:
        return run_with_cluster(cluster, command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
