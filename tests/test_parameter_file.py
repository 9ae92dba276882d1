"""Parameter files are read as DVC reads them, which is the oracle of the values."""

import math
import subprocess
import sys
from pathlib import Path

from kernel_dilation.experiment.parameter_file import read_parameters
from kernel_dilation.experiment.parameters import parse_settings

import pytest
import yaml
from dvc.utils.serialize import YAMLFileCorruptedError, load_yaml, parse_yaml, parse_yaml_for_update
from tiny_projects import clean_environment, copied_project, tiny_params

READ = [
    ("a: 1e-05", 1e-05),
    ("a: 1E5", 100000.0),
    ("a: 010", 10),
    ("a: -010", -10),
    ("a: 0o10", 8),
    ("a: 0x10", 16),
    ("a: 1_000", 1000),
    ("a: 1:30", "1:30"),
    ("a: yes", "yes"),
    ("a: on", "on"),
    ("a: True", True),
    ("a: ~", None),
    ("a:", None),
    ("a: .5", 0.5),
    ("a: .inf", math.inf),
    ("a: 1e400", math.inf),
    ("a: '5'", "5"),
    ("a: 5 # five", 5),
    ("\ufeffa: 5", 5),
    ("a: 5\r\n", 5),
    ("# five\n---\na: 5\n...\n", 5),
    ("b: &five [5, 6]\na: *five", [5, 6]),
    ("b: &both {x: 1, y: 2}\na: {<<: *both, y: 3}", {"x": 1, "y": 3}),
]
REFUSED = [
    ("a: 1\na: 2", "line 2 has the key a a second time in the same section; keep only one"),
    ("t:\n  b: 1\n  c: 2\n  b: 1", "line 4 has the key b a second time in the same section"),
    ("t: {b: 1, b: [1, 2]}", "line 1 has the key b a second time in the same section"),
    ("%YAML 1.1\n---\na: 010", "is read as YAML 1.2 and must not begin with a directive; remove the line '%YAML 1.1'"),
    ("# of old\n\n%YAML 1.2\n---\na: 010", "must not begin with a directive"),
    ("a:\n\t- 1", "line 2 has a tab before its first word, where YAML allows only spaces"),
    ("a: 1\n---\na: 2", "line 2, '---': expected a single document in the stream, but found another document"),
    ("a: *b", "line 1, 'a: *b': found undefined alias"),
    ("a: 5: 6", "line 1, 'a: 5: 6': mapping values are not allowed in this context"),
    ("a: [1,", "line 2: while parsing a flow node, did not find expected node content"),
    ("a: \u2028@", "line 2, '@': while scanning for the next token, found character that cannot start any token"),
    ("a: !!python/name:os.system x", "must not name types, as line 1 does with an exclamation mark; quote a text that begins with one"),
    ("a: !!bool x", "must not name types"),
    ("a: '\0'", "line 1 contains the control character 0x00"),
    ("a: 2026-13-01", "contains a date or a number that does not exist: month must be in 1..12"),
    (b"a: \xfc", "must be encoded in UTF-8; line 1 has the byte 0xfc, which is not"),
    ("a: 1\nb: ü".encode("latin-1"), "line 2 has the byte 0xfc"),
    ("a: 1".encode("utf-16"), "line 1 has the byte 0xff"),
    ("a: " + "9" * 5000, "must have values of at most 4,000 characters; the value in line 1 has 5,000"),
    ("a: [" + "1, " * 10**6 + "]", "must have at most 100,000 characters; it has 3,000,005"),
    *(
        ("a:\n- " + opening * 5000, "must not nest brackets, braces and sections more than 20 levels deep; line 2 does")
        for opening in ("{", "[", "- ", "? ")
    ),
]


@pytest.mark.parametrize(("text", "value"), READ)
def test_a_value_is_read_as_dvc_reads_it(text, value):
    """Both readers of DVC are compared: that of `repro`, and that with which `exp run -S` changes the file."""
    read = read_parameters(text)["a"]
    assert (read, type(read)) == (value, type(value))
    assert parse_yaml(text, "params.yaml")["a"] == value
    assert parse_yaml_for_update(text, "params.yaml")["a"] == value


def test_not_a_number_is_read_as_dvc_reads_it():
    assert math.isnan(read_parameters("a: .nan")["a"])


@pytest.mark.parametrize("name", ["params.yaml", "study/params.yaml"])
def test_the_parameters_of_the_project_are_read_as_dvc_reads_them(name):
    assert read_parameters(Path(name).read_bytes()) == load_yaml(name)


@pytest.mark.parametrize(("content", "sentence"), REFUSED)
def test_unreadable_or_ambiguous_yaml_is_refused_in_one_sentence(content, sentence):
    with pytest.raises(ValueError, match=r"params\.yaml") as error:
        parse_settings(content)
    assert sentence in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_another_file_is_named():
    with pytest.raises(ValueError, match=r"^study/params.yaml is not valid YAML: line 2 has the key a"):
        read_parameters("a: 1\na: 2", "study/params.yaml")


def test_a_repeated_key_is_refused_by_dvc_too():
    with pytest.raises(YAMLFileCorruptedError):
        parse_yaml("a: 1\na: 2", "params.yaml")


@pytest.mark.slow
def test_a_small_number_set_by_dvc_reaches_the_stages(tmp_path):
    """DVC writes 0.00001 as 1e-05, which YAML 1.1 reads as a text."""
    copied_project(tmp_path)
    params = tiny_params()
    params |= {"dilations": [1], "train": {**params["train"], "replicates": 1}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))

    def dvc(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "dvc", *command], cwd=tmp_path, env=clean_environment(), capture_output=True, text=True, check=False
        )

    done = dvc("exp", "run", "-S", "saliency.total_variation=0.00001", "saliency@1-3-max")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "total_variation: 1e-05" in (tmp_path / "params.yaml").read_text()
    assert "total_variation: 1e-05" in (tmp_path / "dvc.lock").read_text()
    assert (tmp_path / "data/saliency/1-3-max/class_models.npz").exists()

    done = dvc("exp", "run", "-S", "train.replicates=1000000000000", "saliency@1-3-max")
    assert done.returncode != 0
    assert "train.replicates: must be a whole number, at least 1 and at most 10,000 (got 1000000000000)" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
