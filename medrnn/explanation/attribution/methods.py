"""Every method by its name, in display order."""

from medrnn.explanation.attribution.gated import (
    contextual_decomposition,
    gated_relevance,
    refuse_decomposition,
)
from medrnn.explanation.attribution.gradients import IG_STEPS, integrated_gradients, saliency
from medrnn.explanation.attribution.method import Method
from medrnn.explanation.attribution.occlusion import row_occlusion
from medrnn.explanation.relevance.refusals import refuse_relevance

METHODS = {
    "integrated-gradients": Method(
        "Integrated gradients",
        "How much each pixel added to the class's score on the way from the baseline to the image "
        "(Sundararajan et al. 2017); the values sum to the difference of the two scores.",
        integrated_gradients,
        lambda steps, features: 3 * IG_STEPS,
        has_baseline=True,
        is_complete=True,
    ),
    "saliency": Method(
        "Saliency",
        "How fast the class's score changes with each pixel, without sign (Simonyan et al. 2014). In a row reader "
        "gradients fade toward early rows, so this map leans to the last rows read.",
        saliency,
        lambda steps, features: 3,
        is_signed=False,
    ),
    "row-occlusion": Method(
        "Row occlusion",
        "How far the class's score falls when one step is replaced by the baseline (Zeiler and Fergus 2014): "
        "one value for the whole row, column or patch.",
        row_occlusion,
        lambda steps, features: steps + 1,
        has_baseline=True,
        is_of_steps=True,
    ),
    "gated-relevance": Method(
        "Gated relevance (LRP)",
        "How the class's score itself divides over the pixels: it is handed back layer by layer, in a product of a "
        "gate and a signal all to the signal (Bach et al. 2015, Arras et al. 2017). The values sum to the score; in "
        "deep networks large ones of both signs cancel.",
        gated_relevance,
        lambda steps, features: 12,
        valid_for="every network of this project; others of linear, convolutional and recurrent layers of torch",
        refuses=refuse_relevance,
    ),
    "contextual-decomposition": Method(
        "Contextual decomposition",
        "What each step made of the class's score by itself, without what it did together with others (Murdoch et al. "
        "2018): one value for the whole row, column or patch, the same for all its pixels.",
        contextual_decomposition,
        lambda steps, features: 4 * steps,
        valid_for="LSTM layers over one sequence without an encoder",
        is_of_steps=True,
        refuses=refuse_decomposition,
    ),
}
