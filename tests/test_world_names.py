from kernel_dilation.experiment.world_names import check_world, main_world, parse_world, world_title

import pytest


@pytest.mark.parametrize("name", ["digits", "atrous-2", "textures-13"])
def test_a_world_has_the_name_that_it_was_parsed_from(name):
    assert parse_world(name).name == check_world(name) == name


def test_a_name_gives_the_kind_the_planted_dilation_and_the_head():
    assert parse_world("digits") == ("digits", None)
    assert parse_world("atrous-3") == ("atrous", 3)
    assert [parse_world(name).is_synthetic for name in ("digits", "atrous-2", "textures-4")] == [False, False, True]
    assert [parse_world(name).head for name in ("digits", "atrous-2", "textures-4")] == ["flat", "flat", "average"]


@pytest.mark.parametrize("name", ["", "digits-2", "atrous", "atrous-0", "atrous-02", "textures-1.5", "Textures-3", "atrous-2-mirrored", "atrous-2\n"])
def test_any_other_name_is_refused(name):
    with pytest.raises(ValueError, match="must be digits, or atrous or textures with the planted dilation"):
        parse_world(name)


@pytest.mark.parametrize(
    ("name", "title"),
    [("digits", "data set"), ("digits-mirrored", "data set, mirrored"), ("atrous-2", "à trous 2"), ("textures-3-mirrored", "textures 3, mirrored")],
)
def test_worlds_and_their_mirror_images_have_titles(name, title):
    assert world_title(name) == title


def test_the_data_set_stands_for_all_worlds_and_the_first_one_where_it_is_missing():
    assert main_world(["atrous-2", "digits"]) == "digits"
    assert main_world(["textures-3", "atrous-2"]) == "textures-3"
