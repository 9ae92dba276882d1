"""Hold every method against planted truths, at length: `python -m stages.planted`, some 40 minutes on two cores.

Takes `learn` of params.yaml; leaves metrics/planted.csv: what each method chose on textures whose best
dilation is known, a row for each planted dilation, texture, seed and start. The rows of `selection` are
the reference: the lowest validation loss of networks trained at each candidate, from no start at all.
The rows of `restarts-<method>` choose, by that same loss, among what the method came to from all its starts.
"""

import argparse
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from stages.parts.experiment.outputs import replacing
from stages.parts.experiment.parameter_types import available
from stages.parts.experiment.refusals import plain_refusals
from stages.parts.experiment.settings import Learn, checked_settings
from stages.parts.learning.learned import Learned, choice_row
from stages.parts.learning.runs import options_of, texture_images, texture_run
from stages.parts.proofs.restarts import restarted
from stages.parts.unfinished import Shelf
from stages.parts.workers import report, results, worker_pool

DILATIONS = (1, 2, 3, 4, 5)  # that are planted; the default run has fewer
PLACE = ["true_dilation", "texture", "seed"]
OUTPUT = Path("metrics/planted.csv")

Jobs = dict[str, tuple]


def fixed_run(shared: object, learn: Learn, true_dilation: int, texture: int, dilation: int, seed: int) -> float:
    """Validation loss, in nats, of a network trained on textures at one dilation."""
    options = options_of(learn, 1.0, "average")
    from stages.parts.proofs.fixed import validation_loss  # brings TensorFlow, which only a worker needs

    loss = validation_loss(texture_images(learn, true_dilation, texture), options, dilation, seed)
    report(1)
    return loss


def method_jobs(learn: Learn, methods: Sequence[str], textures: int, seeds: int) -> Jobs:
    """One run for each method, planted dilation, texture, seed and start."""
    runs = product(methods, DILATIONS, range(textures), range(learn.seed, learn.seed + seeds), learn.initial_dilations)
    return {
        f"{method}-{true}-{texture}-{seed}-{initial}": (learn, method, learn.rates[method], true, texture, initial, seed)
        for method, true, texture, seed, initial in runs
    }


def fixed_jobs(learn: Learn, textures: int, seeds: int) -> Jobs:
    """One network for each planted dilation, texture, seed and candidate."""
    runs = product(DILATIONS, range(textures), range(learn.seed, learn.seed + seeds), sorted(learn.candidates))
    return {f"fixed-{true}-{texture}-{seed}-{candidate}": (learn, true, texture, candidate, seed) for true, texture, seed, candidate in runs}


def choices_table(jobs: Jobs, found: Mapping[str, Learned]) -> pd.DataFrame:
    """What every run chose, a row each."""
    columns = ("method", "rate", "true_dilation", "texture", "initial_dilation", "seed")
    return pd.DataFrame([{**dict(zip(columns, arguments[1:])), **choice_row(found[name])} for name, arguments in jobs.items()])


def loss_table(jobs: Jobs, losses: Mapping[str, float]) -> pd.DataFrame:
    """Validation loss in nats of every network whose dilation was held fixed, a row each."""
    columns = ("true_dilation", "texture", "chosen_dilation", "seed")
    return pd.DataFrame([{**dict(zip(columns, arguments[1:])), "validation_loss": losses[name]} for name, arguments in jobs.items()])


def with_references(choices: pd.DataFrame, losses: pd.DataFrame) -> pd.DataFrame:
    """The choices, and those of the selection and of restarts, which start nowhere."""
    scored = choices.merge(losses, on=[*PLACE, "chosen_dilation"])
    restarts = restarted(scored, ["method", *PLACE])
    restarts["method"] = "restarts-" + restarts["method"]
    selection = restarted(losses, PLACE).assign(method="selection")
    return pd.concat([choices, restarts, selection])[choices.columns]


@plain_refusals("planted")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run everything in worker processes, say how often each method is right, and leave the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", nargs="+", choices=sorted(available("learners")), default=sorted(available("learners")))
    parser.add_argument("--textures", type=int, default=5, help="sets of textures for each planted dilation")
    parser.add_argument("--seeds", type=int, default=3, help="of weights and batches")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    chosen = parser.parse_args(arguments)
    learn = checked_settings(Path("params.yaml").read_bytes()).learn
    shelf = Shelf(Path("data/unfinished"), "planted", learn, records=(Learned,))
    methods, fixed = method_jobs(learn, chosen.methods, chosen.textures, chosen.seeds), fixed_jobs(learn, chosen.textures, chosen.seeds)
    with tqdm(total=len(methods) + len(fixed), desc="planted", unit="run") as bar, worker_pool(len(methods)) as pool:
        found = results(pool, texture_run, methods, shelf, None, bar.update)
        losses = results(pool, fixed_run, fixed, shelf, None, bar.update)
    table = with_references(choices_table(methods, found), loss_table(fixed, losses))
    with replacing(chosen.output) as path:
        table.to_csv(path, index=False, float_format="%.4g")
    shelf.clear()
    shares = (table["chosen_dilation"] == table["true_dilation"]).groupby(table["method"]).agg(["mean", "size"])
    print("\n".join(f"{method}: {row['mean']:.1%} of {row['size']:.0f} planted dilations found" for method, row in shares.iterrows()))


if __name__ == "__main__":
    main()
