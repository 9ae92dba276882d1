"""Turn the numbers of all arms into answers: `python -m stages.analyze`."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from stages.parts.analysis.accuracies import at
from stages.parts.analysis.accuracy import accuracy_analysis
from stages.parts.analysis.answers import Answer, saliency_answer
from stages.parts.analysis.findings import Tables, finding_tables
from stages.parts.analysis.learned import learned_analysis
from stages.parts.analysis.saliency import field_table, gridding_analysis, measure_findings, similarity_analysis, transfer_analysis
from stages.parts.experiment.outputs import replacing, replacing_folder, save_json
from stages.parts.experiment.refusals import plain_refusals
from stages.parts.experiment.settings import Settings, checked_settings
from stages.parts.pruned import keep_only

NETWORKS, SALIENCY, TRANSFER, LEARNED = Path("data/networks"), Path("data/saliency"), Path("data/transfer.csv"), Path("data/learned")
PLOTTED = {"accuracy": "accuracy", "learning_curves": "curves", "measures": "levels"}  # plots/….csv from which table


def array(path: Path, name: str) -> np.ndarray:
    """One array of an .npz file; the others stay on disk."""
    with np.load(path) as archive:
        return archive[name]


def of_accuracy(settings: Settings) -> tuple[Answer, Tables]:
    """The answer on accuracy and its tables."""
    logits = {arm: array(NETWORKS / arm.name / "predictions.npz", "logits") for arm in settings.arms()}
    histories = {arm: pd.read_csv(NETWORKS / arm.name / "history.csv") for arm in settings.arms()}
    labels = array(NETWORKS / settings.arms()[0].name / "predictions.npz", "labels")
    return accuracy_analysis(logits, labels, histories, settings.analyze)


def of_saliency(settings: Settings, accuracies: pd.DataFrame) -> tuple[Answer, Tables]:
    """The answer on saliency and its tables."""
    arms, methods, options = settings.arms(), settings.saliency.methods, settings.analyze
    fields = {arm: array(SALIENCY / arm.name / "maps.npz", "receptive_field") for arm in arms}
    findings = measure_findings(pd.concat([at(arm, pd.read_csv(SALIENCY / arm.name / "measures.csv")) for arm in arms]), options)
    similarity, of_floor = similarity_analysis(arms, methods, lambda arm, method: array(SALIENCY / arm.name / "maps.npz", method), options)
    gridding, of_grid = gridding_analysis(arms, methods, lambda arm, method: array(SALIENCY / arm.name / "spectra.npz", method), options)
    transfer, of_transfer = transfer_analysis(pd.read_csv(TRANSFER), options)
    findings |= of_floor | of_grid | of_transfer
    tables = {"similarity": similarity, "gridding": gridding, "transfer": transfer}
    tables["fields"] = field_table(fields, accuracies, settings.network.dilate, options)
    return saliency_answer(findings, methods), finding_tables(findings) | tables


def of_learning(settings: Settings, accuracies: pd.DataFrame) -> tuple[Answer, Tables]:
    """The answer on learning the dilation and its table."""
    methods = settings.learn.methods
    choices, planted = ({method: pd.read_csv(LEARNED / method / f"{name}.csv") for method in methods} for name in ("choices", "planted"))
    return learned_analysis(choices, planted, accuracies, settings.learn, settings.analyze)


def merged(parts: list[Tables]) -> Tables:
    """Tables of the same name one below the other."""
    names = dict.fromkeys(name for tables in parts for name in tables)
    return {name: pd.concat([tables[name] for tables in parts if name in tables]) for name in names}


@plain_refusals("analyze")
@threadpool_limits.wrap(limits=1)  # the last bits of a sum depend on how it is shared out among threads
def main() -> None:
    """Read what every arm of the grid left, and nothing else; leave answers, tables and what `dvc plots` draws."""
    settings = checked_settings(Path("params.yaml").read_bytes())
    for folder in (NETWORKS, SALIENCY):
        keep_only(folder, [arm.name for arm in settings.arms()])
    keep_only(LEARNED, settings.learn.methods)
    of_data = json.loads(Path("metrics/fetch.json").read_text(encoding="utf-8"))
    accuracy, accuracy_tables = of_accuracy(settings)
    saliency, saliency_tables = of_saliency(settings, accuracy_tables["accuracy"])
    learned, learned_tables = of_learning(settings, accuracy_tables["accuracy"])
    tables = merged([accuracy_tables, saliency_tables, learned_tables])
    with replacing_folder(Path("data/analysis")) as folder:
        for name, table in tables.items():
            table.to_csv(folder / f"{name}.csv", index=False)
    for plot, name in PLOTTED.items():
        with replacing(Path("plots") / f"{plot}.csv") as path:
            tables[name].to_csv(path, index=False)
    answers = {
        "dataset": of_data["dataset"], "replicates": settings.train.replicates, "alpha": settings.analyze.alpha,
        "accuracy": accuracy, "saliency": saliency, "learned": learned,
    }  # fmt: skip
    save_json(Path("metrics/answers.json"), answers)
    print(f"analyze: accuracy {accuracy['verdict']}, saliency {saliency['verdict']}, learned {learned['verdict']}; written to metrics/answers.json")


if __name__ == "__main__":
    main()
