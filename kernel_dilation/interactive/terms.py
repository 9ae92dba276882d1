"""Terms of the project and of its statistics, as the page explains them where they occur."""

TERMS = {
    "dilation": "Distance in pixels between neighbouring taps of a convolution kernel. At dilation 1 the taps are adjacent.",
    "arm": "One combination of dilation, kernel size and pooling; 2-3-max has dilation 2, kernel size 3 and max pooling.",
    "replicate": "One seed of the initial weights and batches. Replicate r uses the same seed in every arm, so that arms are compared in pairs.",
    "class model": "An image that maximises a network's score for one class, after Simonyan et al. (2013).",
    "saliency map": "An image that scores the contribution of each pixel to the output of a network.",
    "margin": "The smallest difference that matters in practice; it is a parameter of the run.",
    "planted dilation": "The dilation that is best by construction in synthetic data, on which methods of learning a dilation are checked.",
    "logit": "Output of a network for a class, before it becomes a probability; the class with the highest logit is the answer.",
    "receptive field": "The pixels that one unit of the network depends on.",
    "extent": "Side, in pixels, of the square that a kernel spans: (k - 1) d + 1 for kernel size k and dilation d.",
    "verdict": "Conclusion from a test for a difference and a test of equivalence: difference, negligible, equivalent or inconclusive.",
    "Holm": "Holm's correction of p-values for the number of tests in a family; it bounds the risk of any false positive.",
    "equivalence": "That two values differ by less than the margin, shown by two one-sided tests.",
    "Kendall's W": "Agreement of the replicates on the order of the dilations: 0 for none, 1 for identical rankings.",
    "gridding": "Regular patterns in a map at the spacing of the kernel's taps.",
    "noise floor": "Similarity of the maps of two replicates of the same arm, which differ by their seed alone.",
}
