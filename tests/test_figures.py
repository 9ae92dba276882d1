"""Every figure of the report: what it shows, and the sentence that takes its place where there is no data."""

from dataclasses import replace
from io import BytesIO

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.figures.accuracy import accuracy_by_dilation_figure
from kernel_dilation.figures.activations import enlarge
from kernel_dilation.figures.class_models import class_models_figure
from kernel_dilation.figures.first_kernels import dilate_kernels
from kernel_dilation.figures.gridding import decibels_from_centre
from kernel_dilation.figures.learned_dilations import chosen_against_initial_figure, has_course, trajectories_figure
from kernel_dilation.figures.localisation import draw_outline
from kernel_dilation.figures.metrics_by_dilation import direction_arrow, metrics_by_dilation_figure
from kernel_dilation.figures.receptive_fields import draw_frame
from kernel_dilation.figures.saliency_maps import saliency_maps_figure
from kernel_dilation.presentation.figure_style import QUIET, EmptyFigureError, colours, dilation_colour, house_style, markers, png_bytes
from kernel_dilation.presentation.forest_plot import forest_figure
from kernel_dilation.presentation.image_grid import GREY, SIGNED, colour_image, image_grid, normalise_images, row_starts
from kernel_dilation.report.accuracy_figures import ACCURACY_FIGURES, confusion_shares
from kernel_dilation.report.contents import page_chapters
from kernel_dilation.report.figure_specs import FigureSpec, Picture, render_pictures
from kernel_dilation.report.learning_figures import in_main_world
from kernel_dilation.report.report_data import LearningTables, ReportData
from kernel_dilation.report.saliency_figures import SALIENCY_FIGURES, recognition_by_dilation

import numpy as np
import pandas as pd
import pytest
from made_up_study import LEARN, made_up_explained, made_up_study
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from PIL import Image

MAX_BYTES = 300_000
FULL = made_up_study()


def pictures_by_name(report_data: ReportData) -> dict[str, Picture]:
    """Return every picture of the page by name."""
    return {picture.name: picture for chapter in page_chapters(report_data) for picture in chapter.pictures}


@pytest.fixture(scope="module")
def full() -> dict[str, Picture]:
    return pictures_by_name(FULL)


def test_a_full_study_leaves_no_figure_out(full):
    assert [picture.name for picture in full.values() if picture.absent] == []


def test_every_picture_is_a_png_below_300_kb_with_a_caption_and_an_alternative_text(full):
    for picture in full.values():
        assert Image.open(BytesIO(picture.png)).format == "PNG"
        assert len(picture.png) < MAX_BYTES
        assert picture.caption
        assert picture.alt


def test_every_caption_of_networks_names_the_data_set_and_the_replicates(full):
    for name in ("accuracy_by_dilation", "measures_by_dilation", "confusion_by_dilation", "similarity_against_floor"):
        assert "Data: made_up, " in full[name].caption
        assert "3 replicates of each of 12 arms" in full[name].caption


def test_the_same_study_gives_the_same_bytes(full):
    again = made_up_study()
    for picture in render_pictures((SALIENCY_FIGURES[0], *ACCURACY_FIGURES[:4]), again):
        assert picture.png == full[picture.name].png


def test_a_study_of_one_arm_and_one_replicate_has_the_same_files_and_says_what_it_cannot_show(full):
    small = pictures_by_name(made_up_study((2,), (3,), ("max",), replicates=1, methods=("gradient",), learners=()))
    assert list(small) == list(full)
    assert {name for name, picture in small.items() if picture.absent} == {
        "right_share_and_price", "chosen_against_initial", "learned_trajectories", "gridding", "similarity_against_floor",
        "representation_similarity",
        "accuracy_differences", "critical_difference", "sparse_against_dense", "transfer_between_dilations", "simple_effects",
    }  # fmt: skip
    assert "A single replicate has no interval." in small["accuracy_by_dilation"].caption


def test_without_any_table_every_figure_of_a_table_becomes_a_sentence(full):
    bare = pictures_by_name(replace(FULL, tables={}, kernels={}, fields={}, learned=LearningTables()))
    assert list(bare) == list(full)
    for picture in bare.values():
        assert picture.absent.endswith(".") or not picture.absent
    assert bare["accuracy_by_dilation"].absent == "No accuracy results are available."
    assert not bare["class_models"].absent


def test_a_field_in_a_text_that_no_word_replaces_is_refused():
    with pytest.raises(KeyError, match="dilatoins"):
        render_pictures([FigureSpec("name", "title", lambda report_data: None, "At dilations {dilatoins}.", "alt")], FULL)


def test_texts_name_images_of_mnist_digits_and_those_of_other_data_sets_images(full):
    (digits,) = render_pictures(ACCURACY_FIGURES[-1:], replace(FULL, scope=replace(FULL.scope, dataset="mnist")))
    assert digits.title == "Most frequently misclassified digits"
    assert "Data: MNIST, 50 test digits; " in digits.caption
    assert full["most_wrong"].title == "Most frequently misclassified images"
    assert not any("digit" in text for picture in full.values() for text in (picture.title, picture.caption, picture.alt))


def test_an_error_that_is_not_an_empty_figure_is_not_hidden():
    def broken(report_data):
        raise KeyError("column")

    with pytest.raises(KeyError):
        render_pictures([FigureSpec("name", "title", broken, "caption", "alt")], FULL)


def test_a_new_method_appears_in_every_figure_of_methods_without_an_edit():
    with house_style():
        maps = saliency_maps_figure(FULL.explained.digits, FULL.explained.maps, FULL.scope.dilations, "image")
        levels = FULL.tables["levels"].query("family != 'accuracy'")
        measures = metrics_by_dilation_figure(levels, {}, pd.DataFrame())
    assert "method of tomorrow  1" in [text.get_text() for text in maps.texts]
    assert "a measure of tomorrow" in [axes.get_title(loc="left") for axes in measures.axes]
    assert "method of tomorrow" in [text.get_text() for text in measures.legends[0].get_texts()]


def test_no_two_of_64_series_share_both_colour_and_marker():
    names = range(64)
    colour, marker = colours(names), markers(names)
    assert len({(colour[name], marker[name]) for name in names}) == 64


def test_a_new_learner_has_a_panel_of_its_own_but_none_of_initial_dilations_without_one():
    with house_style():
        figure = chosen_against_initial_figure(FULL.learned.choices)
        without_start = trajectories_figure(in_main_world(FULL, FULL.learned.trajectories))
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["mixture", "learner of tomorrow"]
    assert [axes.get_title(loc="left") for axes in without_start.axes] == ["mixture", "learner of tomorrow", "startless"]
    assert {line.get_color() for line in without_start.axes[-1].lines} == {QUIET}
    assert len(without_start.axes[-1].lines) == LEARN.replicates


def test_a_method_that_treats_all_candidates_alike_until_it_chooses_has_no_course_to_draw():
    moving, epochs = FULL.learned.trajectories["mixture"], [1, 2, 3]
    alike = pd.DataFrame({"world": "digits", "run": 0, "initial_dilation": np.nan, "epoch": epochs, "dilation": [4.0, 4.0, 2.0]})
    with house_style():
        figure = trajectories_figure({"mixture": moving, "fair_experts": alike})
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["mixture"]
    assert has_course(alike[alike["epoch"] == 3]), "nothing can be said of a single epoch"


def test_every_replicate_is_a_point_of_the_accuracy_figure():
    accuracy = FULL.tables["accuracy"]
    with house_style():
        figure = accuracy_by_dilation_figure(accuracy, FULL.tables["levels"].query("family == 'accuracy'"), FULL.tables["arms"])
    together, *poolings = figure.axes
    lines = [line for line in together.lines if line.get_marker() == "."]
    assert [len(line.get_xdata()) for line in lines] == [3, 3, 3]  # a line for each replicate, a point for each dilation
    heights = [height for axes in poolings for line in axes.lines if line.get_marker() == "." for height in line.get_ydata()]
    assert sorted(heights) == pytest.approx(sorted(accuracy["accuracy"]))


def test_a_forest_draws_each_interval_from_its_lower_to_its_upper_end_and_fills_what_is_significant():
    table = pd.DataFrame({"difference": [0.5, -1.0], "lower": [0.2, -1.5], "upper": [0.8, -0.5], "p_corrected": [0.2, 0.05]})
    with house_style():
        figure = forest_figure(table, ["first", "second"], "unit", 0.5, 0.05, "")
    axes = figure.axes[0]
    lines = next(artist for artist in axes.collections if isinstance(artist, LineCollection))
    assert [segment[:, 0].tolist() for segment in lines.get_segments()] == [[0.2, 0.8], [-1.5, -0.5]]
    fills = [to_hex(colour) for colour in axes.collections[-1].get_facecolors()]
    assert fills == ["#ffffff", "#222222"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["first", "second"]


def test_taps_of_a_kernel_are_spaced_by_the_dilation():
    """By hand: a 2-channel 3 x 3 kernel at dilation 2 on 7 x 7 pixels has its taps at 1, 3 and 5."""
    kernel = np.arange(1.0, 19.0).reshape(3, 3, 2)
    spread = dilate_kernels(kernel, 2, 7)
    assert spread.shape == (2, 7, 7)
    assert np.array_equal(spread[1][1:6:2, 1:6:2], kernel[:, :, 1])
    assert np.all(spread[1][1:6, 2:6:2] == 0)
    assert np.isnan(spread[:, 0]).all()
    assert np.isnan(spread[:, :, 6]).all()


def test_a_normalised_image_reaches_one_and_an_image_of_zeros_stays_zero():
    images = np.stack([np.full((2, 2), -4.0), np.zeros((2, 2)), np.array([[1.0, -2.0], [0.0, 0.5]])])
    assert np.abs(normalise_images(images)).max((1, 2)).tolist() == [1.0, 0.0, 1.0]
    assert normalise_images(images)[2, 0].tolist() == [0.5, -1.0]


def test_signed_colours_are_blue_below_zero_red_above_and_as_pale_on_both_sides():
    paint = colour_image(np.array([[-1.0, 0.0, 1.0, np.nan]]), SIGNED)[0].astype(int)
    below, zero, above, missing = paint
    assert below[2] > below[0]
    assert above[0] > above[2]
    assert np.ptp(zero[:3]) <= 1  # a grey: neither red nor blue
    assert missing.tolist() == [0, 0, 0, 0]


def test_an_image_grid_shows_each_pixel_as_a_block_of_its_colour():
    images = np.zeros((2, 3, 4, 4))
    images[1, 2, 3, 0] = 1.0  # the lower left pixel of the last image
    with house_style():
        pixels = np.asarray(Image.open(BytesIO(png_bytes(image_grid(images, ["", ""], colours=GREY, most_zoom=4)))).convert("L"))
    black = np.argwhere(pixels < 10)
    (top, left), (bottom, right) = black.min(0), black.max(0)
    assert len(black) == 16
    assert (bottom - top, right - left) == (3, 3)
    assert (pixels.shape[0] - 1 - bottom, pixels.shape[1] - 1 - right) == (4, 4 + 3 * 4)  # the border, and three pixels to the right


def test_rows_after_a_break_start_further_below():
    """By hand: rows of 10 pixels with gaps of 2, and of 6 before row 2."""
    assert row_starts((4, 1, 10, 10), [2]) == [0, 12, 28, 40]


def test_a_dilation_has_one_colour_and_larger_ones_are_lighter():
    lightness = [0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue, _ in map(dilation_colour, range(1, 9))]
    assert lightness == sorted(lightness)
    assert dilation_colour(8) == dilation_colour(20)


def test_an_effective_field_is_framed_just_outside_its_own_pixels():
    """By hand: a field of 4 x 4 pixels in an image of 28 has a frame of 6 x 6."""
    field = np.zeros((28, 28))
    field[10:14, 10:14] = 2.0
    arm = Arm(1, 3, "max")
    image = draw_frame({arm: field}, {arm: 4}, arm, np.zeros((28, 28)))
    assert image[10:14, 10:14].tolist() == np.ones((4, 4)).tolist()
    assert (image == -0.6).sum() == 20
    assert image[9, 9] == image[14, 14] == -0.6


def test_a_field_as_large_as_the_image_has_no_frame():
    arm = Arm(1, 3, "max")
    assert draw_frame({arm: np.ones((28, 28))}, {arm: 30}, arm, np.zeros((28, 28))).min() == 1.0


def test_a_salient_region_is_darker_than_the_digit_and_its_box_runs_around_it():
    mask = np.zeros((1, 9, 9), bool)
    mask[0, 3:6, 2:7] = True
    outlined = draw_outline(mask, np.zeros((1, 9, 9)))[0]
    assert (outlined == 1.0).sum() == 12  # 3 x 5 pixels have 12 on their border
    assert (outlined[4, 3:6] == 0.45).all()


def test_smaller_layers_are_enlarged_by_whole_pixels_and_centred():
    """By hand: 7 pixels fit 4 times into 28; 9 pixels 3 times, with half a pixel left on either side."""
    assert enlarge(np.ones((7, 7)), 28).shape == (28, 28)
    assert np.isnan(enlarge(np.ones((9, 9)), 28)).sum() == 28**2 - 27**2


def test_frequency_zero_lies_in_the_middle_of_a_spectrum():
    spectrum = np.zeros((28, 28))
    spectrum[0, 0] = 1.0
    image = decibels_from_centre(spectrum)
    assert image[14, 14] == 1.0
    assert image.sum() == pytest.approx(1.0)  # 30 dB below and less is 0


def test_confusion_is_averaged_over_arms_dilation_by_dilation():
    table = pd.DataFrame({
        "dilation": [1, 1, 2, 2], "kernel_size": [3, 5, 3, 5], "pooling": "max", "actual": 0, "predicted": 0, "percent": [90.0, 100.0, 80.0, 80.0],
    })  # fmt: skip
    every = pd.concat([table.assign(actual=actual, predicted=predicted) for actual in range(10) for predicted in range(10)])
    assert confusion_shares(every)[:, 0, 0].tolist() == [95.0, 80.0]


def test_cross_recognition_has_class_models_in_rows_and_classifying_networks_in_columns():
    table = pd.DataFrame({"measure": ["confidence", "recognised"], "first": 1, "second": 2, "mean": [0.2, 0.4]})
    assert recognition_by_dilation(table).loc[1, 2] == 0.2


def test_a_figure_without_images_is_refused_with_a_sentence():
    nothing = made_up_explained(np.random.default_rng(0), (), ())
    with pytest.raises(EmptyFigureError, match="no images"):
        class_models_figure(nothing.class_models, np.zeros((10, 28, 28)), ())
    with pytest.raises(EmptyFigureError, match="No saliency maps are available"):
        saliency_maps_figure(nothing.digits, {}, (), "image")


@pytest.mark.parametrize(("slope", "turns_at", "sign"), [(0.2, None, "↑"), (-0.2, np.nan, "↓"), (-0.2, 3, "↕"), (0, None, ""), (np.nan, None, "")])
def test_an_arrow_points_one_way_only_where_a_metric_is_monotonic(slope, turns_at, sign):
    assert direction_arrow(slope, turns_at) == sign
