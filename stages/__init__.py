"""The pipeline's stages and what they are made of.

Every process of the project, here or on a cluster, passes this file before it imports TensorFlow or
Keras. So what both read from their surroundings when they start is settled here and nowhere else.
"""

import os

# oneDNN has the gradients of dilated convolutions and trains about three times as fast. TensorFlow turns it on by itself
# only where the processor has AVX-512 or AMX; who sets the variable is obeyed.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["KERAS_HOME"] = os.devnull  # a keras.json may name another data format or float type; the experiment's are fixed
