"""Run a command with a persistent pool of workers for all its stages: `python -m tools.with_worker_pool dvc repro`.

The stages send their jobs to the pool, because DASK_SCHEDULER_ADDRESS names it, so that TensorFlow is imported
once per worker instead of once per worker and stage. Without the pool, each stage starts one of its own.
"""

import os
import sys

from kernel_dilation.execution.local_cluster import choose_worker_count, local_cluster
from kernel_dilation.execution.process_termination import run_command
from kernel_dilation.experiment.cli_errors import exit_with_message

from distributed.deploy.spec import SpecCluster


def connection_environment(cluster: SpecCluster) -> dict[str, str]:
    """Return the environment variables with which Dask in another process can connect to the cluster.

    They include the paths of the cluster's TLS certificates if it has any.
    """
    client = cluster.security.get_tls_config_for_role("client")
    keys = {
        "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": client["ca_file"],
        "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT": client["cert"],
        "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY": client["key"],
    }
    encrypted = {**keys, "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True"} if all(keys.values()) else {}
    return {"DASK_SCHEDULER_ADDRESS": cluster.scheduler_address, **encrypted}


def run_with_cluster(cluster: SpecCluster, command: list[str]) -> int:
    """Run a command whose stages send their jobs to a cluster, local or any deployment of Dask; return its exit status."""
    return run_command(command, {**os.environ, **connection_environment(cluster)})


@exit_with_message("with_worker_pool")
def main(command: list[str]) -> int:
    """Run a command with the pool, or with the cluster that the user already has; return its exit status."""
    if "DASK_SCHEDULER_ADDRESS" in os.environ:
        return run_command(command, os.environ)
    with local_cluster(choose_worker_count()) as cluster:
        return run_with_cluster(cluster, command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
