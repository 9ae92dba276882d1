"""Numbers in the paragraphs of a page, so that tests can hold them to a few.

A number is a run of digits with its separators, wherever it stands in the text of a `<p>` element. Not counted are digits that name
something instead of measuring it, each by a pattern below: years of citations, levels of the grid (`dilation 4`, `kernel sizes 3 and 5`,
`3 by 3`) and classes, the name of a data set, and the level of an interval (`95 % CI`). Numbers in
words are not counted either.
"""

import re
from html.parser import HTMLParser

NAMES = (
    r"\((?:19|20)\d\d\)",
    r"(?:dilations?|kernels?(?: sizes?)?|replicate|class|digit|answers|question|à trous) \d+(?:(?:, | and | minus )\d+)*",
    r"\d+ (?:\N{MULTIPLICATION SIGN}|by) \d+",
    r"MNIST \(5,000 digits\)",
    r"\d+ % (?:CI|confidence)",
)
NUMBER = re.compile(r"(?<![\w])\d[\d.,]*")


def numbers_in(paragraph: str) -> list[str]:
    """Return the numbers of a paragraph."""
    for pattern in NAMES:
        paragraph = re.sub(pattern, " ", paragraph, flags=re.IGNORECASE)
    return NUMBER.findall(paragraph)


class Paragraphs(HTMLParser):
    """The text of every `<p>` element, with that of the elements in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.inside = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "p":
            self.inside = True
            self.texts.append("")

    def handle_endtag(self, tag):
        if tag == "p":
            self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.texts[-1] += data


def crowded_paragraphs(html: str, most: int = 2) -> list[tuple[str, list[str]]]:
    """Return every paragraph with more numbers than permitted, and its numbers."""
    counted = [(text, numbers_in(text)) for text in Paragraphs(html).texts]
    return [(text, numbers) for text, numbers in counted if len(numbers) > most]
