"""What holds for every process of the project, before it imports anything else of it."""

import os
import signal
import sys

from stages.parts import code as code  # notes the code files before the others are imported

if sys.argv[:1] == ["-m"]:  # a stage starts: until its own answer to Ctrl-C is there, it has packages to import for a second or two
    signal.signal(signal.SIGINT, lambda *_: (os.write(2, b"\ninterrupted\n"), os._exit(130)))
