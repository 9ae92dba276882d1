"""A thousand parameter files, valid and not: each is accepted and fetches digits, or is refused in a few lines without a traceback."""

import json
import re
from pathlib import Path
from typing import Any

from stages import fetch, locate

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from idx_files import four_files, write_folder
from tiny_projects import tiny_params

pytestmark = pytest.mark.stress

EXAMPLES = 1000
TINY = tiny_params()
PLACES = [(key,) for key in TINY] + [(section, key) for section, content in TINY.items() if isinstance(content, dict) for key in content]
NUMBERS = st.one_of(
    st.integers(-5, 40),
    st.integers(),
    st.floats(),
    st.floats(0, 1),
    st.sampled_from([2**31, 2**63, 10**400, 1e-320, -0.0, float("nan"), float("inf")]),
)
SCALARS = st.one_of(
    NUMBERS, st.booleans(), st.none(), st.text(max_size=30), st.sampled_from(["max", "average", "stride", "mixture", "gradient", "$(touch pwned)"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(st.one_of(st.text(max_size=8), st.integers()), inner, max_size=3)),
    max_leaves=6,
)


@st.composite
def changes(draw: st.DrawFn) -> tuple[tuple[str, ...], str, Any]:
    """A place of the file, what happens there, and a value, which is often of the kind that stood there."""
    place = draw(st.sampled_from(PLACES))
    old = TINY[place[0]] if len(place) == 1 else TINY[place[0]][place[1]]
    if isinstance(old, list):
        similar = st.lists(st.one_of(st.sampled_from(old), st.integers(-1, 12)), max_size=5)
    else:
        similar = NUMBERS if isinstance(old, int | float) else VALUES
    return place, draw(st.sampled_from(["replace", "replace", "replace", "remove", "add"])), draw(st.one_of(similar, VALUES))


def apply_change(params: dict, place: tuple[str, ...], kind: str, value: Any) -> None:
    """Replace, remove or add an entry at a place, if the section still is one."""
    section = params.get(place[0]) if len(place) == 2 else params
    if not isinstance(section, dict):
        return
    if kind == "remove":
        section.pop(place[-1], None)
    else:
        section[place[-1] if kind == "replace" else f"{place[-1]}s"] = value


@pytest.fixture(scope="module")
def workplace(tmp_path_factory) -> Path:
    """Folder with a small data set."""
    root = tmp_path_factory.mktemp("workplace")
    write_folder(root / "digits", four_files())
    return root


def run_stage(main) -> str:
    """Run a stage in this process; return the message with which it refuses the parameters, or nothing."""
    try:
        main()
    except SystemExit as error:
        return str(error.code)
    return ""


def changed_file(root: Path, made: list[tuple[tuple[str, ...], str, Any]]) -> str:
    """Text of a parameter file for the small data set after some changes."""
    params = json.loads(json.dumps(TINY))
    params["data"] = {**TINY["data"], "dataset": str(root / "digits"), "validation_share": 0.2}
    for place, kind, value in made:
        apply_change(params, place, kind, value)
    return yaml.safe_dump(params, allow_unicode=True)


def check_refusal(message: str, stage: str, single_change: bool) -> None:
    """Check that a refusal has a heading and a line for each broken rule, with key, rule and value."""
    heading, *lines = message.split("\n")
    assert "Traceback" not in message
    assert heading.startswith(f"{stage}: ")
    if not lines:
        return  # a sentence on the whole file or on the digits
    assert re.fullmatch(r"\w+: params.yaml breaks these rules:", heading)
    for line in lines:
        assert re.match(r"  .*?: |  and \d+ more$", line), line
    sections = {line.split(": ")[0].strip().split(".")[0] for line in lines}
    assert not single_change or len(lines) <= 2 or len(sections) == 1, message


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(made=st.lists(changes(), min_size=0, max_size=3))
def test_any_parameter_file_is_accepted_and_runs_or_is_refused_by_key_rule_and_value(workplace, made):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(workplace)
        Path("params.yaml").write_text(changed_file(workplace, made), encoding="utf-8", errors="surrogatepass")
        Path("data/digits.npz").unlink(missing_ok=True)
        refusal = run_stage(locate.main)
        if refusal:
            check_refusal(refusal, "locate", len(made) == 1)
            assert run_stage(fetch.main).partition(": ")[2] == refusal.partition(": ")[2]
        else:
            refusal = run_stage(fetch.main)
            assert "Traceback" not in refusal
            assert bool(refusal) != Path("data/digits.npz").exists(), "either digits or a sentence"
            assert refusal.count("\n") <= 2, refusal
        assert not Path("pwned").exists()


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(
    content=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")),
        VALUES.map(lambda value: yaml.safe_dump(value).encode()),
    )
)
def test_any_bytes_in_place_of_the_parameters_are_refused_in_one_sentence_or_by_key(workplace, content):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(workplace)
        Path("params.yaml").write_bytes(content)
        refusal = run_stage(locate.main)
        assert refusal.startswith("locate: params.yaml")
        assert "Traceback" not in refusal
        assert refusal.count("\n") <= 21
