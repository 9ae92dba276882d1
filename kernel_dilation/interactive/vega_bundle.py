"""The programs that draw the charts, taken from the page of `dvc plots`, which contains them already."""

import re
import zlib
from base64 import b64encode

SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
LICENCES = re.compile(r"<!--(.*?)-->", re.DOTALL)
PROGRAMS = ("vega", "vega-lite", "vega-embed")


def pack_programs(page: str) -> str:
    """Return the three programs, compressed (zlib, base64), each after the other, with their licences in front as a comment.

    Args:
        page: content of .dvc/plots/offline.html.

    Raises:
        ValueError: the page does not contain exactly three programs and their licences.
    """
    scripts, licences = SCRIPT.findall(page), LICENCES.search(page)
    if len(scripts) != len(PROGRAMS) or licences is None:
        raise ValueError(f"the page of dvc plots must contain {', '.join(PROGRAMS)} and their licences; it has {len(scripts)} scripts")
    text = "\n;\n".join([f"/*!{licences[1].replace('*/', '* /')}*/", *scripts])
    return b64encode(zlib.compress(text.encode(), 9)).decode()
