"""The library of the experiment, from which the pipeline's stages are built.

Every process of the project, on this machine or on a cluster, runs this file before it imports anything else
of the library, TensorFlow or Keras. The environment variables that these read at start-up are therefore set here.
"""

import os
import signal
import sys

from kernel_dilation.experiment import code_state as code_state  # records the code files before any other is imported
from kernel_dilation.experiment import stage_process as stage_process  # records the processes that started this one, as early

# oneDNN implements the gradients of dilated convolutions and makes training about three times as fast. TensorFlow enables
# it by default only on processors with AVX-512 or AMX. A value set by the user is respected.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["KERAS_HOME"] = os.devnull  # a user's keras.json could change the data format or the float type, which the experiment fixes

# A stage is starting: its own handler of Ctrl-C is set only after a second or two of imports. Until then, this one is in force.
program = getattr(sys.modules["__main__"], "__spec__", None)
if program and program.name.startswith(("stages.", "tools.")):
    signal.signal(signal.SIGINT, lambda *_: (os.write(2, b"\ninterrupted\n"), os._exit(130)))
