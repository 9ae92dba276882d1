"""README, CONTRIBUTING and the pages in docs/ compared with what is on disk: paths, headings, commands, and the numbers of the cards."""

import json
import re
import tomllib
from itertools import product
from pathlib import Path

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.dataset_names import CLASSES, IMAGE_SIDE, PUBLISHED
from kernel_dilation.experiment.parameters import Settings, parse_settings
from kernel_dilation.model.network import build_architecture, weight_shapes
from tests.small_networks import digits
from tools.study.readme_template import numbers_written_by_hand

import numpy as np
import pytest
import yaml

PAGES = [Path("README.md"), Path("CONTRIBUTING.md"), *sorted(Path("docs").glob("*.md"))]
MODEL_CARD, DATA_CARD = Path("docs/model_card.md").read_text(), Path("docs/data_card.md").read_text()
NONE = "\N{EN DASH}"
MAKEFILE = Path("Makefile").read_text()


def default_run() -> Settings:
    return parse_settings(Path("params.yaml").read_text())


def count_networks() -> int:
    """Return the number of networks that the stage `train` of the default run trains."""
    settings = default_run()
    return len(settings.dilations) * len(settings.kernel_sizes) * len(settings.poolings) * settings.train.replicates


def weight_counts(kernel_size: int) -> set[int]:
    """Return the numbers of weights of all arms of the default run that have a kernel size."""
    settings = default_run()
    arms = [Arm(dilation, kernel_size, pooling) for dilation, pooling in product(settings.dilations, settings.poolings)]
    return {sum(int(np.prod(shape)) for shape in weight_shapes(build_architecture(arm, settings.network))) for arm in arms}


def model_card_sentences() -> list[str]:
    """Return the sentences of the model card that have numbers, computed from the parameters."""
    settings = default_run()
    (first, second), (few, many) = settings.network.channels, settings.kernel_sizes
    (small,), (large,) = weight_counts(few), weight_counts(many)
    assert CLASSES == 10
    return [
        f"grey images of {IMAGE_SIDE} \N{MULTIPLICATION SIGN} {IMAGE_SIDE} pixels in ten classes",
        f"the convolutions have {first} and {second} channels and the hidden layer has {settings.network.dense} units.",
        f"A network has {small:,} weights with kernel size {few} and {large:,} with kernel size {many}, at every dilation and with every pooling.",
        f"The default run trains {count_networks()} networks.",
    ]


def data_card_sentences() -> list[str]:
    """Return the sentences and cells of the data card that have numbers, from the code and from the committed counts."""
    counts = json.loads(Path("metrics/fetch.json").read_text())["digits"]
    (each,) = set(np.bincount(digits()[1]).tolist())
    return [
        f"Grey images of {IMAGE_SIDE} \N{MULTIPLICATION SIGN} {IMAGE_SIDE} pixels",
        f"`mnist5k`, the default, has {each} images of each class.",
        f"{counts['train']:,} training, {counts['validation']:,} validation and {counts['test']:,} test digits",
        *(f"| {train:,} | {f'{test:,}' if test else NONE} |" for train, test in PUBLISHED.values()),
    ]


@pytest.mark.parametrize("sentence", model_card_sentences())
def test_a_number_in_the_model_card_follows_from_the_parameters(sentence):
    assert sentence in MODEL_CARD


@pytest.mark.parametrize("sentence", data_card_sentences())
def test_a_number_in_the_data_card_follows_from_the_code_or_the_committed_counts(sentence):
    assert sentence in DATA_CARD


def test_the_cards_have_no_other_number():
    rest = MODEL_CARD + DATA_CARD
    for sentence in (*model_card_sentences(), *data_card_sentences()):
        rest = rest.replace(sentence, "")
    rest = rest.replace("CC BY-SA 4.0", "")
    assert {number.rstrip(".,") for number in numbers_written_by_hand(rest)} <= {"0", "255"}  # biases of a new network, and the range of a byte


def test_the_data_card_has_every_data_set_and_the_packaged_digits_are_distinct():
    assert re.findall(r"^\| `(\w+)` \|", DATA_CARD, re.MULTILINE) == list(PUBLISHED)
    images = digits()[0]
    assert len({image.tobytes() for image in images}) == len(images)


def test_the_licence_in_the_model_card_is_that_of_the_project():
    assert tomllib.loads(Path("pyproject.toml").read_text())["project"]["license"] == "MIT"
    assert "Version and licence are those of the project" in MODEL_CARD


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_path_that_a_page_links_to_is_made_or_there(page):
    made = yaml.safe_load(Path("dvc.yaml").read_text())["stages"]
    left = str([stage.get(kind) for stage in made.values() for kind in ("outs", "metrics", "plots")])
    for link in re.findall(r"\]\(((?!http)[^)#]+)(?:#[^)]*)?\)", page.read_text()):
        path = Path(page.parent, link).resolve().relative_to(Path().resolve())
        assert path.exists() or str(path) in left, path


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_heading_that_a_page_links_to_exists(page):
    for link, anchor in re.findall(r"\]\(((?!http)[^)#]*)#([^)]+)\)", page.read_text()):
        headings = re.findall(r"^#+ (.+)$", (page.parent / link if link else page).read_text(), re.MULTILINE)
        assert anchor in {heading.lower().replace(" ", "-") for heading in headings}, (link, anchor)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_target_of_make_that_a_page_names_exists(page):
    targets = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE))
    targets |= set(re.findall(r"^(set-up[a-z-]*):", MAKEFILE, re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(), re.MULTILINE)) <= targets


def test_every_module_that_a_page_runs_exists():
    named = {module for page in PAGES for module in re.findall(r"python -m ((?:tools|stages|benchmarks)[\w.]*)", page.read_text())}
    assert [module for module in named if not Path(f"{module.replace('.', '/')}.py").exists()] == []


def test_the_readme_links_to_every_page_and_notebook_of_docs():
    links = set(re.findall(r"\]\((docs/[^)#]+)", Path("README.md").read_text()))
    assert links == {str(path) for path in Path("docs").iterdir() if path.suffix in (".md", ".ipynb")}


def test_the_readme_names_the_two_commands_of_the_quick_start():
    assert "\nmake run\nmake test\n" in Path("README.md").read_text()
