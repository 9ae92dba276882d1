"""Paths of the stages' outputs, relative to the project's folder, and names that occur in them."""

from pathlib import Path

PARAMETERS = Path("params.yaml")
SOURCE = Path("data/source")  # the name of a known data set, or links to the files of a user's folder
DIGITS = Path("data/digits.npz")
NETWORKS = Path("data/networks")  # a folder for each arm
SALIENCY = Path("data/saliency")  # a folder for each arm
CLASS_MODELS = Path("data/class_models")  # a file for each arm
TRANSFER = Path("data/transfer.csv")
REPRESENTATIONS = Path("data/representations.csv")  # how alike the representations of the same digits by different networks are
ROUNDS = Path("data/rounds.csv")
JUDGES = Path("data/judges")  # a table of what each judge says of every class model, and one of the judges' accuracies
MARKS = Path("data/marks")  # a table of networks that learned where a mark is, and one of their maps
LEARNED = Path("data/learned")  # a folder for each method
ANALYSIS = Path("data/analysis")
UNFINISHED = Path("data/unfinished")  # checkpoints of interrupted stages
TIMES = Path("data/times")  # a table for each stage of the seconds that its jobs took; no output of DVC, because they differ from run to run
METRICS = Path("metrics")
PLOTS = Path("plots")

TRAINED, UNTRAINED = STATES = "trained", "untrained"  # of the networks in measures.csv: after training, and at initialisation
REPRESENTED_LAYERS = "features", "hidden"  # what the last pooling hands to the hidden layer, and the units of the hidden layer
# These names stand beside the saliency methods in the tables of metrics.
CLASS_MODEL, REGULARISED = "class_model", "class_model_regularised"
BASELINES = "image", "edges"  # maps that no network made
NETWORK_ITSELF = "network"  # in the rows on marks that ask the network and not its maps


def network_file(folder: Path, replicate: int) -> Path:
    """Path of the network of one replicate, in the folder of its arm."""
    return folder / f"replicate-{replicate:02}.keras"
