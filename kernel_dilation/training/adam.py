"""The optimiser Adam for a list of variables, with one fused operation per variable.

Class models have an Adam of their own (`explanations.class_models.adam_step`): their ascent keeps its
state in the loop variables of a `tf.while_loop`, which the fused operation, made for `tf.Variable`,
cannot update, and they need a far larger epsilon.
"""

from collections.abc import Sequence

import tensorflow as tf

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7  # as in Kingma and Ba (2015); epsilon as in Keras


class Adam:
    """Adam with the running moments of the gradients of its variables. Kingma and Ba (2015), algorithm 1."""

    def __init__(self, variables: Sequence[tf.Variable]) -> None:
        self.variables = variables
        self.means, self.squares = ([tf.Variable(tf.zeros_like(variable)) for variable in variables] for _ in range(2))
        self.steps_done = tf.Variable(0.0)

    def reset(self) -> None:
        """Discard the moments of all earlier gradients."""
        for variable in (*self.means, *self.squares, self.steps_done):
            variable.assign(tf.zeros_like(variable))

    def descend(self, gradients: Sequence[tf.Tensor], rate: tf.Tensor | float) -> None:
        """Move each variable one step against its gradient."""
        self.steps_done.assign_add(1.0)
        powers = BETA_1**self.steps_done, BETA_2**self.steps_done
        for variable, mean, square, gradient in zip(self.variables, self.means, self.squares, gradients):
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle, m=mean.handle, v=square.handle, beta1_power=powers[0], beta2_power=powers[1],
                lr=rate, beta1=BETA_1, beta2=BETA_2, epsilon=EPSILON, grad=gradient,
            )  # fmt: skip
