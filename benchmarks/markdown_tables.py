"""Write the results as tables in Markdown."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

NAMES = {
    "project": "this project", "project_gpu": "this project, GPU", "project_gpu_together": "many networks, GPU",
    "fit": "Keras `fit`", "pytorch": "PyTorch",
    "tf_keras_vis": "tf-keras-vis", "xplique": "xplique", "pair_saliency": "PAIR saliency",
    "gradient": "gradient", "smoothgrad": "SmoothGrad", "integrated_gradients": "integrated gradients",
}  # fmt: skip
EXPLAINERS = ("tf_keras_vis", "xplique", "pair_saliency")
DASH, TIMES = "\N{EN DASH}", "\N{MULTIPLICATION SIGN}"

Results = Mapping[str, Any]


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table with text in the first column and right-aligned numbers in the others."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with a limited number of significant digits, a tiny one in exponential notation; a dash for None."""
    if value is None:
        return DASH
    if value == 0:
        return "0"
    if abs(value) < 1e-3:
        return f"{value:.0e}"
    decimals = max(0, digits - len(str(int(abs(value))))) if abs(value) >= 1 else digits
    return f"{value:,.{decimals}f}"


def against(value: float | None, other: float, larger_is_better: bool) -> str:
    """Return the result of another library, and in brackets by what factor this project is better."""
    if value is None:
        return DASH
    return f"{number(value)} ({number(other / value if larger_is_better else value / other, 2)} {TIMES})"


def machine_lines(results: Results) -> str:
    """Describe the machine, the versions and the background load."""
    of, versions = results["machine"], results["machine"]["versions"]
    packages = ", ".join(f"{name} {found}" for name, found in versions.items() if found)
    others = f"; others used at most {max(results['others_share'].values()):.0%} of the machine meanwhile"
    return f"{of['processor']}, {of['cores_used']} of {of['cores']} cores, {of['memory_gib']} GiB, {packages}{others}."


def training_table(training: Results) -> str:
    """Return the table of seconds for 60,000 images; brackets give the time as a multiple of this project's."""
    columns = ["fit", "pytorch", "project_gpu", "project_gpu_together"]
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
    note = "" if training["gpu"] else " There was no GPU; its columns are empty."
    return f"Seconds to train on {training['images']:,} images (from {training['measured_images']:,}).{note}\n\n{markdown(header, rows)}"


def saliency_table(saliency: Results) -> str:
    """Return the table of images per second; brackets give this project's speed as a multiple of the other library's."""
    rows = [rate_row(NAMES[row["method"]], row["images_a_second"], row["differences"]) for row in saliency["methods"]]
    models = saliency["class_models"]
    rates = {name: 1 / seconds for name, seconds in models["seconds"].items()}
    rows.append(rate_row(f"ten class models of {models['steps']} steps", rates, models["differences"]))
    missing = "".join(f" {NAMES[name]} is not installed ({why})." for name, why in saliency["not_installed"].items())
    errors = ", ".join(f"{NAMES[name]} {number(error)}" for name, error in saliency["integration_errors"].items())
    introduction = (
        f"Measured on one network (dilation {saliency['dilation']}) with batches of {saliency['images']} digits; PAIR saliency processes one image "
        f"at a time, so only {saliency['images_singly']} were timed. SmoothGrad and integrated gradients average {saliency['samples']} samples. "
        f"The last column is the largest difference between any library's result and this project's, as a share of the largest value; SmoothGrad "
        f"is compared with the same noise, and class models after {models['compared_steps']} steps. Because quadrature rules differ, we also "
        f"give the largest error of each library's integrated gradients with {saliency['samples']} samples against our result with "
        f"{saliency['exact_samples']:,}, on {saliency['images_singly']} digits: {errors}.{missing}"
    )
    header = ["a second", NAMES["project"], *(NAMES[peer] for peer in EXPLAINERS), "largest difference"]
    return f"{introduction}\n\n{markdown(header, rows)}"


def rate_row(name: str, rates: Mapping[str, float], differences: Mapping[str, float]) -> list[str]:
    """Return the table row of one method."""
    peers = [against(rates.get(peer), rates["project"], True) for peer in EXPLAINERS]
    return [name, number(rates["project"]), *peers, number(max(differences.values(), default=None))]


def time_to_accuracy_table(accuracy: Results) -> str:
    """Return the table of seconds until each accuracy on MNIST is reached."""
    rows = [
        [f"{row['accuracy']} %", row["recipe"], number(row["seconds"]), f"{row['lowest_accuracy']:.2f} %" + ("" if row["reached"] else " (missed)")]
        for row in accuracy["targets"]
    ]
    if not rows:
        return f"Time to an accuracy: {accuracy['absent']}."
    return markdown(["accuracy on MNIST's test digits", "recipe", "seconds", "lowest of the seeds"], rows)


def pipeline_table(pipeline: Results) -> str:
    """Return the table of seconds by part of the pipeline: measured on part of the grid, and expected for the default grid."""
    measured, expected = pipeline["measured"], pipeline["default_grid"]
    header = ["part", f"{measured['arms']} arms, measured (s)", f"{expected['arms']} arms, expected (s)", "share"]
    rows = [
        [part, number(seconds), number(expected["parts"][part]), f"{expected['parts'][part] / expected['seconds']:.0%}"]
        for part, seconds in measured["parts"].items()
    ]
    return markdown(header, [*rows, ["all", number(measured["seconds"]), number(expected["seconds"]), "100%"]])


def scaling_table(scaling: Results) -> str:
    """Return the table of growth exponents and of the seconds that DVC itself takes."""
    rows = []
    for name, curve in scaling["work"].items():
        first, last = ((f"{number(curve['seconds'][at])} at {curve['sizes'][at]}") for at in (0, -1))
        rows.append([f"work with {name}", number(curve["exponent"]), f"{first}, {last}"])
    for row in scaling["dvc"]:
        rows.append([f"DVC alone, {row['arms']} arms", DASH, f"{number(row['first_seconds'])} first, {number(row['again_seconds'])} again"])
    return markdown(["growth", "exponent", "seconds"], rows)


def throughput_table(throughput: Results) -> str:
    """Return the table of networks per hour over a whole stage."""
    rows = [[name.replace("_", " "), number(rate, 4)] for name, rate in throughput["networks_an_hour"].items()]
    return markdown([f"`train` of {throughput['replicates']} networks on {throughput['dataset']}, start-up included", "networks an hour"], rows)


def targets_table(rows: Iterable[Results]) -> str:
    """Return the table of all targets and whether they are met."""
    met = {True: "yes", False: "no", None: "not measured"}
    sides = {True: "at least", False: "at most"}
    cells = [[row["quantity"], number(row["value"]), f"{sides[row['at_least']]} {row['bound']:g}", met[row["met"]]] for row in rows]
    return markdown(["target", "measured", "bound", "met"], cells)


TABLES: dict[str, Callable[[Any], str]] = {
    "training": training_table, "saliency": saliency_table, "throughput": throughput_table, "pipeline": pipeline_table, "scaling": scaling_table,
    "accuracy": time_to_accuracy_table, "targets": targets_table,
}  # fmt: skip


def render_page(results: Results) -> str:
    """Return the page: a description of the machine, and the tables of all parts that were measured."""
    return "\n\n".join([machine_lines(results), *(table(results[part]) for part, table in TABLES.items() if part in results)]) + "\n"
