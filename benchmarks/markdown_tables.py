"""The results as tables in Markdown, for the README."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

NAMES = {
    "project": "this project", "project_gpu": "this project, GPU", "fit": "Keras `fit`", "pytorch": "PyTorch",
    "tf_keras_vis": "tf-keras-vis", "xplique": "xplique", "pair_saliency": "PAIR saliency",
    "gradient": "gradient", "smoothgrad": "SmoothGrad", "integrated_gradients": "integrated gradients",
}  # fmt: skip
EXPLAINERS = ("tf_keras_vis", "xplique", "pair_saliency")
DASH, TIMES = "\N{EN DASH}", "\N{MULTIPLICATION SIGN}"

Results = Mapping[str, Any]


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column is words and whose others are numbers, aligned right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: float | None, digits: int = 3) -> str:
    """A number with so many significant digits, a tiny one as a power of ten; a dash where there is none."""
    if value is None:
        return DASH
    if value == 0:
        return "0"
    if abs(value) < 1e-3:
        return f"{value:.0e}"
    decimals = max(0, digits - len(str(int(abs(value))))) if abs(value) >= 1 else digits
    return f"{value:,.{decimals}f}"


def against(value: float | None, other: float, larger_is_better: bool) -> str:
    """A peer's number, and how many times as well this project does."""
    if value is None:
        return DASH
    return f"{number(value)} ({number(other / value if larger_is_better else value / other, 2)} {TIMES})"


def machine_lines(results: Results) -> str:
    """What was measured on, in a sentence or two."""
    of, versions = results["machine"], results["machine"]["versions"]
    packages = ", ".join(f"{name} {found}" for name, found in versions.items() if found)
    others = f"; others used at most {max(results['others_share'].values()):.0%} of the machine meanwhile"
    return f"{of['processor']}, {of['cores_used']} of {of['cores']} cores, {of['memory_gib']} GiB, {packages}{others}."


def training_table(training: Results) -> str:
    """Seconds for 60,000 images; in brackets, how many times as long as this project."""
    columns = ["fit", "pytorch", "project_gpu"]
    header = ["dilation", *(NAMES[name] for name in ("project", *columns)), "share of matmul peak"]
    rows = [
        [
            f"{row['dilation']}, {'first layer' if row['dilate'] == 'first' else 'all layers'}" if row["dilation"] > 1 else "1",
            number(row["project"]),
            *(against(row.get(name), row["project"], False) for name in columns),
            f"{row['share_of_peak']:.0%}",
        ]
        for row in training["seconds"]
    ]
    note = "" if training["gpu"] else " There was no GPU; that column is empty."
    return f"Seconds to train on {training['images']:,} images (from {training['measured_images']:,}).{note}\n\n{markdown(header, rows)}"


def saliency_table(saliency: Results) -> str:
    """Images a second, in brackets how many times as many this project explains, and the largest difference of the maps."""
    rows = [rate_row(NAMES[row["method"]], row["images_a_second"], row["differences"]) for row in saliency["methods"]]
    models = saliency["class_models"]
    rates = {name: 1 / seconds for name, seconds in models["seconds"].items()}
    rows.append(rate_row(f"ten class models of {models['steps']} steps", rates, models["differences"]))
    missing = "".join(f" {NAMES[name]} is not installed ({why})." for name, why in saliency["not_installed"].items())
    errors = ", ".join(f"{NAMES[name]} {number(error)}" for name, error in saliency["integration_errors"].items())
    words = (
        f"Of a network of dilation {saliency['dilation']}, {saliency['images']} digits at once; PAIR saliency takes them one by one "
        f"({saliency['images_singly']} were timed). Averages are over {saliency['samples']} samples. The last column is the largest difference of "
        f"any peer's result from this project's, as a share of the largest value: SmoothGrad's with the same noise, class models' after "
        f"{models['compared_steps']} steps. The rules of integration differ: from this project's own with {saliency['exact_samples']:,} samples, "
        f"on {saliency['images_singly']} digits, results with {saliency['samples']} differ by up to: {errors}.{missing}"
    )
    header = ["a second", NAMES["project"], *(NAMES[peer] for peer in EXPLAINERS), "largest difference"]
    return f"{words}\n\n{markdown(header, rows)}"


def rate_row(name: str, rates: Mapping[str, float], differences: Mapping[str, float]) -> list[str]:
    """The row of one method."""
    peers = [against(rates.get(peer), rates["project"], True) for peer in EXPLAINERS]
    return [name, number(rates["project"]), *peers, number(max(differences.values(), default=None))]


def time_to_accuracy_table(accuracy: Results) -> str:
    """Seconds to each accuracy on MNIST."""
    rows = [
        [f"{row['accuracy']} %", row["recipe"], number(row["seconds"]), f"{row['lowest_accuracy']:.2f} %" + ("" if row["reached"] else " (missed)")]
        for row in accuracy["targets"]
    ]
    if not rows:
        return f"Time to an accuracy: {accuracy['absent']}."
    return markdown(["accuracy on MNIST's test digits", "recipe", "seconds", "lowest of the seeds"], rows)


def pipeline_table(pipeline: Results) -> str:
    """Seconds by part: measured on a part of the grid, and what the default grid then takes."""
    measured, expected = pipeline["measured"], pipeline["default_grid"]
    header = ["part", f"{measured['arms']} arms, measured (s)", f"{expected['arms']} arms, expected (s)", "share"]
    rows = [
        [part, number(seconds), number(expected["parts"][part]), f"{expected['parts'][part] / expected['seconds']:.0%}"]
        for part, seconds in measured["parts"].items()
    ]
    return markdown(header, [*rows, ["all", number(measured["seconds"]), number(expected["seconds"]), "100%"]])


def scaling_table(scaling: Results) -> str:
    """Exponents of growth, and DVC's own seconds."""
    rows = []
    for name, curve in scaling["work"].items():
        first, last = ((f"{number(curve['seconds'][at])} at {curve['sizes'][at]}") for at in (0, -1))
        rows.append([f"work with {name}", number(curve["exponent"]), f"{first}, {last}"])
    for row in scaling["dvc"]:
        rows.append([f"DVC alone, {row['arms']} arms", DASH, f"{number(row['first_seconds'])} first, {number(row['again_seconds'])} again"])
    return markdown(["growth", "exponent", "seconds"], rows)


def throughput_table(throughput: Results) -> str:
    """Networks an hour over a whole stage."""
    rows = [[name.replace("_", " "), number(rate, 4)] for name, rate in throughput["networks_an_hour"].items()]
    return markdown([f"`train` of {throughput['replicates']} networks on {throughput['dataset']}, start-up included", "networks an hour"], rows)


def targets_table(rows: Iterable[Results]) -> str:
    """Every target, and whether it is met."""
    met = {True: "yes", False: "no", None: "not measured"}
    sides = {True: "at least", False: "at most"}
    cells = [[row["quantity"], number(row["value"]), f"{sides[row['at_least']]} {row['bound']:g}", met[row["met"]]] for row in rows]
    return markdown(["target", "measured", "bound", "met"], cells)


TABLES: dict[str, Callable[[Any], str]] = {
    "training": training_table, "saliency": saliency_table, "throughput": throughput_table, "pipeline": pipeline_table, "scaling": scaling_table,
    "accuracy": time_to_accuracy_table, "targets": targets_table,
}  # fmt: skip


def render_page(results: Results) -> str:
    """Every table whose part was measured, and the machine."""
    return "\n\n".join([machine_lines(results), *(table(results[part]) for part, table in TABLES.items() if part in results)]) + "\n"
