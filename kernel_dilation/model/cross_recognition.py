"""What networks say of class models that other networks made."""

import numpy as np
import pandas as pd


def confidence_in(probabilities: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Probability that each network gives the class of each model, (networks, models), from (networks, models, 10)."""
    return probabilities[:, np.arange(len(classes)), classes]


def recognition(probabilities: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Whether each network's most probable class is that of the model, (networks, models), from (networks, models, 10)."""
    return probabilities.argmax(2) == classes


def mean_of_others(answers: np.ndarray, makers: np.ndarray) -> np.ndarray:
    """Mean answer to each model, (models,), of the networks that did not make it; NaN where there is no other.

    Args:
        answers: (networks, models), numbers or truth values.
        makers: (models,), index of the network that made each, or -1 where it is none of these.
    """
    others = np.arange(len(answers))[:, None] != makers
    return np.divide((answers * others).sum(0), others.sum(0), out=np.full(len(makers), np.nan), where=others.any(0))


def cross_recognition_table(probabilities: np.ndarray, target: str, sources: list[str], shape: tuple[int, int, int]) -> pd.DataFrame:
    """What the networks of one arm say of the class models of all arms: a row for each class model.

    Columns `source` and `target` (arms), `source_replicate`, `class`, `confidence` (mean probability
    of the class) and `recognised` (share of networks whose first choice it is). A network does not
    judge its own class models; without others both are empty.

    Args:
        probabilities: (networks, models, 10), models in the order of arms, replicates and classes.
        shape: how many of each.
    """
    arm, replicate, label = np.unravel_index(np.arange(probabilities.shape[1]), shape)
    makers = np.where(arm == sources.index(target), replicate, -1)
    return pd.DataFrame(
        {
            "source": np.array(sources)[arm],
            "source_replicate": replicate,
            "target": target,
            "class": label,
            "confidence": mean_of_others(confidence_in(probabilities, label), makers),
            "recognised": mean_of_others(recognition(probabilities, label), makers),
        }
    )
