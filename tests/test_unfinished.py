from stages.parts.unfinished import Shelf


def test_a_result_is_found_again_by_a_later_run(tmp_path):
    Shelf(tmp_path, "train", b"digits", 1)["replicate-00"] = {"loss": 0.5}
    later = Shelf(tmp_path, "train", b"digits", 1)
    assert "replicate-00" in later
    assert later["replicate-00"] == {"loss": 0.5}
    assert "replicate-01" not in later


def test_other_inputs_have_another_shelf(tmp_path):
    Shelf(tmp_path, "train", b"digits", 1)["replicate-00"] = 1
    assert "replicate-00" not in Shelf(tmp_path, "train", b"digits", 2)
    assert "replicate-00" not in Shelf(tmp_path, "train", b"other", 1)


def test_a_result_that_was_not_written_to_its_end_is_not_there(tmp_path):
    shelf = Shelf(tmp_path, "train")
    shelf.place.mkdir(parents=True)
    (shelf.place / ".replicate-00").write_bytes(b"half")
    assert "replicate-00" not in shelf


def test_a_cleared_shelf_leaves_nothing_behind(tmp_path):
    Shelf(tmp_path, "train", 1)["a"] = 1
    shelf = Shelf(tmp_path, "train", 2)
    shelf["b"] = 2
    shelf.clear()
    assert list(tmp_path.iterdir()) == []
