"""The library of the experiment: what the pipeline's stages are made of.

Every process of the project, here or on a cluster, passes this file before it imports anything else of
it, TensorFlow or Keras. So what these read from their surroundings when they start is settled here.
"""

import os
import signal
import sys

from kernel_dilation.experiment import code_state as code_state  # notes the code files before the others are imported

# oneDNN has the gradients of dilated convolutions and trains about three times as fast. TensorFlow turns it on by itself
# only where the processor has AVX-512 or AMX; who sets the variable is obeyed.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["KERAS_HOME"] = os.devnull  # a keras.json may name another data format or float type; the experiment's are fixed

# A stage has packages to import for a second or two. Until its own answer to Ctrl-C is there, this one is.
program = getattr(sys.modules["__main__"], "__spec__", None)
if program and program.name.startswith(("stages.", "tools.")):
    signal.signal(signal.SIGINT, lambda *_: (os.write(2, b"\ninterrupted\n"), os._exit(130)))
