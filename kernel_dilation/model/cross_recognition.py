"""Cross-recognition: how networks classify the class models of other networks."""

import numpy as np
import pandas as pd


def confidence_in(probabilities: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return the probability that each network assigns to the class of each model, (networks, models).

    Args:
        probabilities: (networks, models, classes).
        classes: (models,), the class of each model.
    """
    return probabilities[:, np.arange(len(classes)), classes]


def recognition(probabilities: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Test whether each network's most probable class is that of the model, (networks, models) bool; arguments as above."""
    return probabilities.argmax(2) == classes


def mean_of_others(answers: np.ndarray, makers: np.ndarray) -> np.ndarray:
    """Average the answers to each model over the networks that did not make it, (models,); NaN where there is no other.

    Args:
        answers: (networks, models), numbers or truth values.
        makers: (models,), index of the network that made each model, or -1 if none of these did.
    """
    others = np.arange(len(answers))[:, None] != makers
    return np.divide((answers * others).sum(0), others.sum(0), out=np.full(len(makers), np.nan), where=others.any(0))


def cross_recognition_table(probabilities: np.ndarray, target: str, sources: list[str], shape: tuple[int, int, int]) -> pd.DataFrame:
    """Tabulate how the networks of one arm classify the class models of all arms, one row per class model.

    Columns are `source` and `target` (arms), `source_replicate`, `class`, `confidence` (mean probability
    of the class, 0 to 1) and `recognised` (share of networks for which it is the most probable class).
    Networks are not asked about their own class models; where no other network exists, both are NaN.

    Args:
        probabilities: (networks, models, 10), models in the order of arms, replicates and classes.
        target: name of the arm whose networks were asked.
        sources: names of the arms that made the models.
        shape: numbers of arms, replicates and classes.
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
