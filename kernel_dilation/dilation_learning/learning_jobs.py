"""Jobs that learn a dilation in worker processes; TensorFlow is imported only there."""

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome
from kernel_dilation.execution.workers import report_progress, suppress_stderr
from kernel_dilation.experiment.dataset_names import DigitArrays
from kernel_dilation.experiment.parameters import Learn
from kernel_dilation.experiment.world_names import World
from kernel_dilation.learning_worlds.draw_images import draw_images, round_seed, scale_images

if TYPE_CHECKING:
    from kernel_dilation.dilation_learning.method_base import MethodOptions


def build_options(learn: Learn, method: str, world: World) -> "MethodOptions":
    """Return the options of a method from the parameters, with the candidates in ascending order."""
    with suppress_stderr():
        from kernel_dilation.dilation_learning.method_base import MethodOptions
        from kernel_dilation.model.network import use_one_thread

        use_one_thread()

    return MethodOptions(
        tuple(sorted(learn.candidates)), learn.kernel_size, learn.pooling, (learn.channels[0], learn.channels[1]), learn.dense,
        learn.epochs, learn.batch_size, learn.learning_rate, learn.rates.get(method, 0.0), world.head,
    )  # fmt: skip


def learn_dilation(digits: DigitArrays, learn: Learn, method: str, world: World, run: int, initial_dilation: int) -> LearningOutcome:
    """Learn the dilation with one method from the images of one run in one world."""
    options = build_options(learn, method, world)
    images = scale_images(draw_images(world, digits, learn, run))
    module = import_module(f"kernel_dilation.dilation_methods.{method}")
    outcome = module.learn_dilation(images, options, initial_dilation, round_seed(learn, run))
    report_progress(1)
    return replace(outcome, trainings=module.trainings(options, len(images["y_train"]), len(images["y_validation"])))
