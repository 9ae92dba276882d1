"""Pictures of the first question, whether the best dilation can be learned."""

from stages.parts.figures.learned import chosen_against_initial, planted_truth, rate_sweep, trajectories
from stages.parts.page.captions import caption
from stages.parts.page.material import Material
from stages.parts.page.pictures import Picture, picture
from stages.parts.page.wording import listed, words


def learned_pictures(material: Material) -> list[Picture]:
    """What the methods chose, from where, and whether they find a dilation that is known."""
    scope, learned = material.scope, material.learned
    digits = scope.of("train", learned.images)
    methods = listed([words(method) for method in learned.choices]) or "no method"
    return [
        picture(
            "chosen_against_initial",
            "Chosen against initial dilation",
            lambda: chosen_against_initial(learned.choices),
            caption(
                "Numbers count runs, areas are their share of the runs from one start. On the dashed line a method stays where it began; "
                "where all circles lie at one height it converges.",
                scope,
                digits,
                networks="one run for each start and seed",
            ),
            f"A panel for each of {methods}: initial dilation across, chosen dilation up.",
        ),
        picture(
            "learned_trajectories",
            "The way there",
            lambda: trajectories(learned.trajectories),
            caption("The dilation over training, a line for each run in the colour of its start.", scope, digits, networks="every run"),
            f"A panel for each of {methods}: epoch across, dilation up, a line for each run.",
        ),
        picture(
            "planted_truth",
            "Is a planted dilation found?",
            lambda: planted_truth(learned.planted),
            "Share of runs (%) that find the dilation by which textures were made, from each start; over the panel the share of all runs. "
            "Data: textures, white noise filtered by random kernels at the planted dilation; no digits.",
            f"A panel for each of {methods}: planted dilation down, initial dilation across, the share of runs that find it in each cell.",
        ),
        picture(
            "rate_sweep",
            "How fast the dilation should move",
            lambda: rate_sweep(learned.sweeps, learned.planted),
            "Where runs end for each rate at which the dilation's own parameters learn, from each start. "
            "Dashed: the planted dilation; dotted: the rate that the method has everywhere else. Data: one set of textures; no digits.",
            "Rate across, on a logarithmic scale; dilation at the end up; a line for each start.",
        ),
    ]
