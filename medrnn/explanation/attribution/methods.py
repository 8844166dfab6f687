"""Every method by its name, in display order."""

from medrnn.explanation.attribution.gradients import IG_STEPS, integrated_gradients, saliency
from medrnn.explanation.attribution.method import Method
from medrnn.explanation.attribution.occlusion import row_occlusion

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
}
