"""What holds for every test: the project is imported before TensorFlow, as in every process of its own."""

import stages  # noqa: F401
