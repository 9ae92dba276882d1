"""Contenders of the benchmarks in processes of their own."""

from benchmarks.isolated_process import explain_absence

import pytest


def test_the_reason_for_a_missing_library_names_no_folder_of_the_machine(monkeypatch: pytest.MonkeyPatch):
    assert explain_absence("json") == ""
    assert explain_absence("no_such_module") == "ModuleNotFoundError: No module named 'no_such_module'"

    def fail(module: str) -> None:
        raise OSError("/home/someone/lib/libtorch.so: cannot open shared object file")

    monkeypatch.setattr("benchmarks.isolated_process.import_module", fail)
    assert explain_absence("torch") == "OSError: …/libtorch.so: cannot open shared object file"
