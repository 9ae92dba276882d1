"""A folder with the results of a made-up study, as `make study` leaves them, from which the study's README is written."""

import json
from pathlib import Path

from tools.study.accuracy_fall import RUNS, accuracy_levels, decompose_fall, fall_table

import numpy as np
import pandas as pd
from changed_parameters import changed
from made_up_study import ANALYZE, RACE, made_up_answers, made_up_study

DILATIONS, REPLICATES = (1, 2, 4), 3
SLOPE = {"slope_per_dilation": -0.02, "slope_lower": -0.03, "slope_upper": -0.01}
NUMBERS = {
    "error_ratio": 1.24, "error_ratio_lower": 1.1, "error_ratio_upper": 1.4, "error_percent_smallest": 4.0, "error_percent_largest": 5.0,
    "pooling_pair": "average minus max", "pooling_points": -0.82, "pooling_points_lower": -1.21, "pooling_points_upper": -0.43,
    "pooling_verdict": "difference", "kernel_size_verdict": "equivalent", "density_verdict": "inconclusive",
}  # fmt: skip


def made_up_results(folder: Path, is_small: bool = False) -> None:
    """Write the results of a made-up study to a folder.

    Args:
        is_small: the grid has one kernel size and one pooling, and the answers lack what needs more.
    """
    kernel_sizes, poolings = ((3,), ("max",)) if is_small else ((3, 5), ("max", "average"))
    report_data = made_up_study(DILATIONS, kernel_sizes, poolings, REPLICATES)
    answers = {**made_up_answers(DILATIONS, ("mixture", "gaussian")), "replicates": REPLICATES}
    if is_small:
        answers["fields"] = {"verdict": "inconclusive"}
    else:
        answers["accuracy"] |= NUMBERS
        answers["saliency"]["learned_share_differing"] = 0.25
    parameters = {"dilations": list(DILATIONS), "kernel_sizes": list(kernel_sizes), "poolings": list(poolings)}
    (folder / "params.yaml").write_text(changed(**parameters, train__replicates=REPLICATES, learn__race=RACE))
    models = {"transfer": {"verdict": "difference", **SLOPE}, "class_mean_correlation": {"verdict": "inconclusive", **SLOPE}}
    write_json(folder, "answers", answers)
    write_json(folder, "fetch", {"dataset": "made_up", "digits": dict(report_data.scope.digits)})
    write_json(folder, "run", {
        "wall_seconds": {"same": 7200, "valid": 1800}, "cores_used": 2, "processor": "a processor", "system": "Linux",
        "versions": {"python": "3.11.9", "tensorflow": "2.0"},
    })  # fmt: skip
    write_json(folder, "replication/answers", {run: {"class_model": models} for run in RUNS})
    for name, table in {**report_data.tables, "levels": levels_with_correlation(report_data.tables["levels"])}.items():
        write_table(folder, f"tables/{name}", table)
    if not is_small:
        write_table(folder, "runs/race-all-digits/learned", report_data.tables["learned"])
    accuracies = made_up_accuracies()
    write_table(folder, "replication/accuracy", accuracy_levels(accuracies, DILATIONS, ANALYZE))
    write_table(folder, "replication/fall", fall_table(decompose_fall(accuracies), DILATIONS, ANALYZE))
    write_table(folder, "reach", pd.DataFrame([reach_row(run, dilation) for run in ("same", "epochs-8") for dilation in DILATIONS]))
    return answers


def made_up_accuracies() -> dict[str, np.ndarray]:
    """Return accuracies in percent, (replicates, dilations) for each run of the replication: the more is lost, the lower."""
    random = np.random.default_rng(3)
    lost = {run: 0.2 * (padding == "valid") + 0.1 * (weights == "lost") for run, (padding, weights) in RUNS.items()}
    return {
        run: 99 - (0.1 + share) * np.array([0, 1, 3]) + random.normal(scale=0.02, size=(REPLICATES, len(DILATIONS))) for run, share in lost.items()
    }


def levels_with_correlation(levels: pd.DataFrame) -> pd.DataFrame:
    """Return the levels, with those of the correlation of class models, regularised ones too, with the class mean."""
    question = {"family": "class_model", "factor": "dilation", "measure": "class_mean_correlation", "lower": 0.2, "upper": 0.4}
    means = {"class_model": 0.3, "class_model_regularised": 0.5}
    rows = [
        {**question, "method": method, "level": str(dilation), "mean": mean + dilation / 100}
        for method, mean in means.items()
        for dilation in DILATIONS
    ]
    return pd.concat([levels, pd.DataFrame(rows)])


def reach_row(run: str, dilation: int) -> dict[str, object]:
    """Return a row of the comparison of runs; the main run is not compared with itself."""
    paired = {"minus_main": 0.3, "minus_main_lower": 0.2, "minus_main_upper": 0.4} if run != "same" else {}
    ratio = {"error_ratio": 1 + dilation / 10, "error_ratio_lower": 1.0, "error_ratio_upper": 1.9}
    return {"run": run, "dataset": "made_up", "epochs": 2, "verdict": "difference", "dilation": dilation, "mean": 97.0, **ratio, **paired}


def write_json(folder: Path, name: str, content: object) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(content))


def write_table(folder: Path, name: str, table: pd.DataFrame) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / f"{name}.csv", index=False)
