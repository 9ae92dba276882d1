from kernel_dilation.experiment.atomic_write import remove_stale


def test_outputs_that_are_not_named_are_deleted_and_the_others_stay(tmp_path):
    for name in ("1-3-max", "7-3-max"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    (tmp_path / "7-3-max.npz").touch()
    remove_stale(tmp_path, ["1-3-max"])
    assert [path.name for path in tmp_path.iterdir()] == ["1-3-max"]
    assert (tmp_path / "1-3-max" / "file").exists()


def test_a_missing_folder_is_accepted(tmp_path):
    remove_stale(tmp_path / "nothing", ["1-3-max"])
