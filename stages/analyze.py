"""Answer the four questions from the results of all arms: `python -m stages.analyze`.

Takes data/digits.npz, data/networks, data/saliency, data/marks, data/learned, data/rounds.csv, data/transfer.csv,
data/representations.csv, data/judges and metrics/fetch.json; leaves data/analysis, the main values in metrics/ and the tables in plots/.
"""

from collections.abc import Collection, Sequence
from itertools import chain
from pathlib import Path

from kernel_dilation.analysis.accuracy_analysis import accuracy_analysis
from kernel_dilation.analysis.accuracy_tables import with_arm_columns
from kernel_dilation.analysis.answers import Answer, saliency_answer
from kernel_dilation.analysis.comparison_families import Tables, finding_tables
from kernel_dilation.analysis.crossed_accuracy import correct_percent
from kernel_dilation.analysis.field_answer import field_answer
from kernel_dilation.analysis.field_effects import effect_tables, field_effects, untrained_effects
from kernel_dilation.analysis.headlines import headlines, main_values
from kernel_dilation.analysis.interaction_tests import interaction_tests
from kernel_dilation.analysis.learning_analysis import learning_analysis
from kernel_dilation.analysis.mark_analysis import mark_effects, mark_levels
from kernel_dilation.analysis.method_properties import method_properties
from kernel_dilation.analysis.metric_stacks import metric_stacks, of_state
from kernel_dilation.analysis.representation_analysis import representation_analysis
from kernel_dilation.analysis.saliency_analysis import (
    Findings,
    cross_recognition_analysis,
    gridding_analysis,
    metric_findings,
    receptive_field_table,
    similarity_analysis,
    untrained_levels,
)
from kernel_dilation.analysis.tap_coverage import tap_coverage_table
from kernel_dilation.experiment.arms import Arm, parse_arm
from kernel_dilation.experiment.atomic_write import atomic_file, remove_stale, save_json
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.dataset_names import CLASSES
from kernel_dilation.experiment.parameters import Analyze, Settings, parse_settings
from kernel_dilation.experiment.paths import (
    ANALYSIS,
    BASELINES,
    CLASS_MODEL,
    JUDGES,
    LEARNED,
    MARKS,
    METRICS,
    NETWORKS,
    PARAMETERS,
    PLOTS,
    REGULARISED,
    REPRESENTATIONS,
    REPRESENTED_LAYERS,
    ROUNDS,
    SALIENCY,
    STATES,
    TRAINED,
    TRANSFER,
    UNTRAINED,
)
from kernel_dilation.stage_inputs.input_files import (
    damage,
    folder_with_checksums,
    intact,
    read_columns,
    read_digit_arrays,
    read_json,
    require_entries,
)
from kernel_dilation.stage_inputs.rounds_file import read_rounds

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

PLOT_TABLES = {"accuracy": "accuracy", "learning_curves": "curves", "measures": "levels"}  # file in plots/, and the table that it shows
CROSS_RECOGNITION = {  # columns of transfer.csv, and the kinds of their entries
    "source": "OUT", "source_replicate": "i", "target": "OUT", "class": "i", "confidence": "fi", "recognised": "fi",
}  # fmt: skip
REPRESENTATION_COLUMNS = {  # the same of representations.csv
    "state": "OUT", "layer": "OUT", "kernel_size": "i", "pooling": "OUT", "first": "i", "second": "i", "replicate": "i", "cka": "fi",
}  # fmt: skip


def read_array(path: Path, name: str) -> np.ndarray:
    """Read one array of an .npz file, and none of its other arrays."""
    with np.load(intact(path)) as archive:
        return archive[name]


def read_arrays(folder: Path, arms: Sequence[Arm], file: str, name: str) -> dict[Arm, np.ndarray]:
    """Read the array `name` of an .npz file in the folder of each arm."""
    return {arm: read_array(folder / arm.name / file, name) for arm in arms}


def read_autocorrelations(arms: Sequence[Arm], method: str) -> tuple[dict[Arm, np.ndarray], dict[Arm, np.ndarray]]:
    """Read the autocorrelations of a method's maps by trained and by untrained networks; the latter have no regularised class models."""
    trained = read_arrays(SALIENCY, arms, "autocorrelations.npz", method)
    return trained, {} if method == REGULARISED else read_arrays(SALIENCY, arms, f"{UNTRAINED}/autocorrelations.npz", method)


def similarity_by_state(arms: Sequence[Arm], method: str, options: Analyze) -> tuple[pd.DataFrame, Findings]:
    """Return the similarity of a method's maps by trained and by untrained networks, with a column `state`, and the findings on the former."""
    trained, findings = similarity_analysis(method, read_arrays(SALIENCY, arms, "maps.npz", method), options)
    untrained, _ = similarity_analysis(method, read_arrays(SALIENCY, arms, f"{UNTRAINED}/maps.npz", method), options)
    return pd.concat([trained.assign(state=TRAINED), untrained.assign(state=UNTRAINED)]), findings


def read_predictions(folder: Path, arms: Sequence[Arm]) -> tuple[dict[Arm, np.ndarray], np.ndarray, dict[Arm, pd.DataFrame]]:
    """Read the test logits of each arm, the labels of the same digits, and the training history of each arm from data/networks."""
    logits, histories = (
        read_arrays(folder, arms, "predictions.npz", "logits"),
        {arm: pd.read_csv(intact(folder / arm.name / "history.csv")) for arm in arms},
    )
    return logits, read_array(folder / arms[0].name / "predictions.npz", "labels"), histories


def read_metrics(project: Path, arms: Sequence[Arm]) -> pd.DataFrame:
    """Read measures.csv of all arms from data/saliency, and what judges say of the class models; without maps that no network made."""
    tables = [with_arm_columns(arm, pd.read_csv(intact(project / SALIENCY / arm.name / "measures.csv"))) for arm in arms]
    metrics = pd.concat([*tables, read_by_arm(project / JUDGES / "confidence.csv", [arm.name for arm in arms])])
    return metrics[~metrics["method"].isin(BASELINES)]


def read_by_arm(path: Path, names: Sequence[str]) -> pd.DataFrame:
    """Read the rows of these arms in a table from data/judges or data/marks, with its column `arm` replaced by columns of the arm's factors.

    Raises:
        ValueError: the file is damaged, or has no rows of one of the arms.
    """
    table = pd.read_csv(intact(path))
    if missing := set(names) - set(table["arm"]):
        raise damage(path, f"it has no rows of {', '.join(sorted(missing))}", path.parent)
    table = table[table["arm"].isin(names)].reset_index(drop=True)
    factors = pd.DataFrame([parse_arm(name) for name in table["arm"]], columns=Arm._fields)
    return pd.concat([factors, table.drop(columns="arm")], axis=1)


def read_cross_recognition(path: Path, names: Sequence[str], replicates: int) -> pd.DataFrame:
    """Read transfer.csv with the names of arms in `source` and `target` replaced by columns such as `source_dilation`.

    Raises:
        ValueError: the file is damaged, or belongs to other arms or another number of replicates.
    """
    table = read_columns(path, CROSS_RECOGNITION, len(names) ** 2 * replicates * CLASSES)
    for side in ("source", "target"):
        if set(table[side]) != set(names):
            raise damage(path, f"`{side}` must have the arms {', '.join(names)}")
    require_entries(path, table, CROSS_RECOGNITION, may_be_missing=replicates == 1)  # there is then no other replicate of the same arm
    factors = [pd.DataFrame([parse_arm(name) for name in table[side]]).add_prefix(f"{side}_") for side in ("source", "target")]
    return pd.concat([*factors, table.drop(columns=["source", "target"])], axis=1)


def read_representations(path: Path, settings: Settings) -> pd.DataFrame:
    """Read representations.csv, which has no rows for a single replicate.

    Raises:
        ValueError: the file is damaged, or belongs to other arms or another number of replicates.
    """
    dilations, replicates = len(settings.dilations), settings.train.replicates
    groups = len(settings.kernel_sizes) * len(settings.poolings) * dilations * (dilations + 1) // 2
    rows = len(STATES) * len(REPRESENTED_LAYERS) * groups * replicates if replicates > 1 else 0
    table = read_columns(path, REPRESENTATION_COLUMNS, rows)
    if rows:
        require_entries(path, table, REPRESENTATION_COLUMNS)
        require_values(path, table, "first", settings.dilations)
        require_values(path, table, "kernel_size", settings.kernel_sizes)
        require_values(path, table, "pooling", settings.poolings)
        require_values(path, table, "state", STATES)
        require_values(path, table, "layer", REPRESENTED_LAYERS)
    return table


def require_values(path: Path, table: pd.DataFrame, column: str, values: Collection[int] | Collection[str]) -> None:
    """Accept a table whose column has these values and no others.

    Raises:
        ValueError: it has not.
    """
    if set(table[column]) != set(values):
        raise damage(path, f"`{column}` must have the values {', '.join(map(str, values))}")


def analyze_accuracy(settings: Settings) -> tuple[Answer, Tables]:
    """Return the answer on accuracy and its tables."""
    return accuracy_analysis(*read_predictions(NETWORKS, settings.arms()), settings.analyze)


def analyze_saliency(settings: Settings, metrics: pd.DataFrame, accuracies: pd.DataFrame) -> tuple[Answer, Tables]:
    """Return the answer on saliency and its tables."""
    arms, methods, options = settings.arms(), settings.saliency.methods, settings.analyze
    names = [arm.name for arm in arms]
    findings = metric_findings(metrics, options)
    # One method at a time, so that no more than the maps of one method are in memory.
    similarity = [similarity_by_state(arms, method, options) for method in methods]
    gridding = [gridding_analysis(method, *read_autocorrelations(arms, method), options) for method in (*methods, CLASS_MODEL, REGULARISED)]
    logits, labels, _ = read_predictions(NETWORKS, arms)
    representations = representation_analysis(read_representations(REPRESENTATIONS, settings), logits, labels, options)
    transfer = cross_recognition_analysis(read_cross_recognition(TRANSFER, names, settings.train.replicates), options)
    results = {"similarity": similarity, "gridding": gridding, "transfer": [transfer], "representations": [representations]}
    for _, more in chain(*results.values()):
        findings |= more
    tables = {name: pd.concat([table for table, _ in parts]) for name, parts in results.items()}
    fields, untrained = (read_arrays(SALIENCY, arms, file, "receptive_field") for file in ("maps.npz", f"{UNTRAINED}/maps.npz"))
    networks, maps = (read_by_arm(MARKS / f"{name}.csv", names) for name in ("networks", "maps"))
    tables["method_properties"] = method_properties(findings, methods, options.alpha)
    tables["untrained_levels"] = untrained_levels(metrics, options)
    tables["marks"], tables["mark_effects"] = mark_levels(networks, maps, options), mark_effects(maps, options)
    tables["fields"] = receptive_field_table(fields, untrained, accuracies, settings.network.dilate, options)
    return saliency_answer(findings, methods), finding_tables(findings) | tables


def analyze_fields(settings: Settings, metrics: pd.DataFrame) -> tuple[Answer, Tables]:
    """Return the answer on receptive field and pooling and its tables."""
    logits, labels, _ = read_predictions(NETWORKS, settings.arms())
    correct, stacks = correct_percent(logits, labels), metric_stacks(of_state(metrics, TRAINED))
    effects = field_effects(correct, stacks, settings.analyze)
    interactions = interaction_tests(correct, stacks, settings.analyze)
    tables = {
        "interaction_tests": interactions,
        "untrained_effects": untrained_effects(metric_stacks(of_state(metrics, UNTRAINED))),
    }
    return field_answer(effects, interactions), effect_tables(effects) | tables


def analyze_learning(settings: Settings) -> tuple[Answer, Tables]:
    """Return the answer on learning the dilation and its tables."""
    choices, trajectories = (
        {method: pd.read_csv(intact(LEARNED / method / f"{name}.csv")) for method in settings.learn.methods} for name in ("choices", "trajectory")
    )
    answer, tables = learning_analysis(choices, read_rounds(ROUNDS, settings.learn), settings.learn, settings.analyze)
    return answer, {**tables, "trajectories": pd.concat([table.assign(method=method) for method, table in trajectories.items()])}


def concatenate_tables(parts: list[Tables]) -> Tables:
    """Return the tables of all parts, with those of the same name concatenated."""
    names = dict.fromkeys(name for tables in parts for name in tables)
    return {name: pd.concat([tables[name] for tables in parts if name in tables]) for name in names}


@exit_with_message("analyze")
@threadpool_limits.wrap(limits=1)  # the last bits of a sum depend on how it is split among threads
def main() -> None:
    """Analyse the arms and methods of params.yaml; write the answers, the tables and the data of `dvc plots`."""
    settings = parse_settings(PARAMETERS.read_bytes())
    for folder in (NETWORKS, SALIENCY):
        remove_stale(folder, [arm.name for arm in settings.arms()])
    remove_stale(LEARNED, settings.learn.methods)
    data_set = read_json(METRICS / "fetch.json", {"dataset": str, "digits_by_class": dict})
    accuracy, accuracy_tables = analyze_accuracy(settings)
    metrics = read_metrics(Path(), settings.arms())
    saliency, saliency_tables = analyze_saliency(settings, metrics, accuracy_tables["accuracy"])
    fields, field_tables = analyze_fields(settings, metrics)
    learned, learned_tables = analyze_learning(settings)
    tables = concatenate_tables([accuracy_tables, saliency_tables, field_tables, learned_tables])
    ink = read_digit_arrays()["x_test"].mean(0, dtype=np.float64)
    tables["taps"] = tap_coverage_table(settings.kernel_sizes, settings.dilations, ink, settings.network.padding)
    answers = {
        "dataset": data_set["dataset"], "replicates": settings.train.replicates, "alpha": settings.analyze.alpha,
        "accuracy": accuracy, "saliency": saliency, "fields": fields, "learned": learned,
    }  # fmt: skip
    with folder_with_checksums(ANALYSIS) as folder:
        save_json(folder / "answers.json", answers)
        for name, table in tables.items():
            table.to_csv(folder / f"{name}.csv", index=False)
    for plot, name in PLOT_TABLES.items():
        with atomic_file(PLOTS / f"{plot}.csv") as path:
            tables[name].to_csv(path, index=False)
    save_json(METRICS / "answers.json", main_values(answers))
    found = headlines(answers)
    for question, headline in found.items():
        save_json(METRICS / f"{question}.json", headline)
    verdicts = ", ".join(f"{question} {headline['verdict']}" for question, headline in found.items())
    print(f"analyze: {verdicts}; written to {ANALYSIS / 'answers.json'}, the main values to {METRICS}")


if __name__ == "__main__":
    main()
