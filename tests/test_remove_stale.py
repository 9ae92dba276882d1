from kernel_dilation.experiment.atomic_write import remove_stale


def test_what_is_no_longer_named_is_deleted_and_the_rest_stays(tmp_path):
    for name in ("1-3-max", "7-3-max"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    (tmp_path / "7-3-max.npz").touch()
    remove_stale(tmp_path, ["1-3-max"])
    assert [path.name for path in tmp_path.iterdir()] == ["1-3-max"]
    assert (tmp_path / "1-3-max" / "file").exists()


def test_a_folder_that_is_not_there_needs_no_pruning(tmp_path):
    remove_stale(tmp_path / "nothing", ["1-3-max"])
