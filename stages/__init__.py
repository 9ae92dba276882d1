"""Whatever is imported of this project, its code is noted before."""

from stages.parts import code as code
