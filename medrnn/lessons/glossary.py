"""The words that the app uses, each in a sentence or two; pages show theirs, Learn shows all."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One word.

    Attributes:
        title: as the pages write it.
        says: what it means, plain text.
        pages: where it is used, by the pages' addresses.
        lesson: id of the lesson that shows it, empty for none.
    """

    title: str
    says: str
    pages: tuple[str, ...]
    lesson: str = ""


TERMS = (  # by the alphabet
    Term(
        "accuracy",
        "Share of the images whose most probable class is the label. Where one class is rare it can be high for a "
        "model that never names it; see balanced accuracy.",
        ("models", "compare", "runs", "train"),
        "imbalance",
    ),
    Term(
        "answer over time",
        "The model's answer to the part of the image read so far, after every step.",
        ("read", "memory", "compare"),
        "sequence",
    ),
    Term(
        "AP",
        "Average precision: area under the curve of precision over recall, 0 to 1. A model that guesses has the share "
        "of the class.",
        ("compare", "models", "runs"),
    ),
    Term(
        "AUC",
        "Area under the ROC curve: how often a positive image gets a higher probability than a negative one. "
        "0.5 is guessing, 1 is perfect; it knows no threshold.",
        ("models", "compare", "runs", "train"),
    ),
    Term(
        "augmentation",
        "Training images are shifted, turned or changed in grey at random, so that the network cannot learn them by "
        "heart.",
        ("train", "runs", "models"),
        "imbalance",
    ),
    Term(
        "balanced accuracy",
        "Accuracy of each class, then the mean: every class counts alike however rare it is.",
        ("models", "compare", "runs"),
        "imbalance",
    ),
    Term(
        "baseline",
        "The image that a map compares with, such as an all black one.",
        ("map", "compare"),
        "saliency",
    ),
    Term("batch", "The images whose gradients are averaged for one step of training.", ("train", "runs")),
    Term(
        "bootstrap",
        "The test images are drawn again and again, some twice and some not at all; how far a figure moves then is its "
        "interval.",
        ("compare", "models"),
    ),
    Term(
        "both directions",
        "A second network reads from the end; the answer uses both. Also called bidirectional.",
        ("read", "memory", "train", "models"),
    ),
    Term(
        "Brier score",
        "Squared distance between a stated probability and what came true, 1 or 0, on average. It counts both "
        "being sure and being right; less is better.",
        ("models", "runs"),
    ),
    Term(
        "calibration",
        "Whether probabilities come true: of the answers stated at 80 % four in five should be right.",
        ("models", "runs", "compare"),
    ),
    Term(
        "candidate (g, n)",
        "What a cell offers to write into its memory at a step, from -1 to 1; gates decide how much is taken.",
        ("memory", "compare"),
        "lstm",
    ),
    Term(
        "card",
        "What is known of a model: its data, recipe, figures with intervals, and limits.",
        ("models", "read"),
    ),
    Term(
        "cell state (C)",
        "The long memory of an LSTM: what was kept plus what was let in. It is shown to the outside only through the "
        "output gate.",
        ("memory", "compare"),
        "lstm",
    ),
    Term(
        "column occlusion",
        "A line of pixels across the steps, such as a column of a row reader's image, is replaced by the baseline, "
        "and what the score loses is drawn.",
        ("map", "compare"),
        "saliency",
    ),
    Term(
        "completeness",
        "The values of a map sum to the difference of two scores, that of the image and that of the baseline. What is "
        "missing is left unexplained.",
        ("map",),
        "saliency",
    ),
    Term(
        "confusion matrix",
        "How many images of each label got each answer: the diagonal is right, all else are mistakes.",
        ("models", "runs"),
    ),
    Term(
        "contextual decomposition",
        "What each step made of an LSTM's score by itself, without what it did together with others (Murdoch 2018).",
        ("map", "compare"),
    ),
    Term(
        "cost ratio",
        "What a miss costs in false alarms. With how common the class is it says which threshold is the cheapest.",
        ("models", "runs"),
    ),
    Term(
        "DeLong's test",
        "Whether the AUCs of two models on the same images differ by more than chance (DeLong 1988).",
        ("compare",),
    ),
    Term(
        "dropout",
        "Units left out at random while training, so that no unit is relied on.",
        ("train", "runs"),
        "dropout",
    ),
    Term(
        "ECE",
        "Expected calibration error: how far stated probabilities are from how often they come true, on average.",
        ("compare", "models", "runs"),
    ),
    Term("epoch", "One pass over all training images.", ("train", "runs", "models")),
    Term("F1", "Harmonic mean of sensitivity and precision: high only where both are.", ("models", "runs")),
    Term(
        "feature",
        "One of the numbers that are read at a step: of a row its pixels.",
        ("read", "train"),
        "sequence",
    ),
    Term(
        "feature ablation",
        "A superpixel is replaced by the baseline, and what the score loses is drawn.",
        ("map", "compare"),
        "saliency",
    ),
    Term(
        "forget gate (f)",
        "0 to 1, for each unit and step: how much of the cell state is kept.",
        ("memory", "compare"),
        "lstm",
    ),
    Term(
        "gate",
        "A value from 0 (shut) to 1 (open), computed at every step from what is read and remembered, by which a state "
        "is multiplied.",
        ("memory", "compare", "learn"),
        "lstm",
    ),
    Term(
        "gated relevance (LRP)",
        "The score itself handed back layer by layer to the pixels, in a product of a gate and a signal all to the "
        "signal (Bach 2015, Arras 2017).",
        ("map", "compare"),
    ),
    Term(
        "Grad-CAM",
        "The last convolution's channels, each weighted by how fast the score changes with it, where they speak for "
        "the class (Selvaraju 2017). Coarse, and only where there is a convolution.",
        ("map", "compare"),
        "saliency",
    ),
    Term(
        "gradient",
        "How much the score or the loss changes when one number changes a little. Training follows it downhill; "
        "saliency draws it.",
        ("map", "train", "memory"),
        "fading",
    ),
    Term(
        "gradient clipping",
        "Gradients longer than a limit are shortened before a step of training, so that one batch cannot ruin the "
        "weights.",
        ("train", "runs"),
        "clipping",
    ),
    Term(
        "GradientSHAP",
        "Gradients at random places between baselines and image, times the way from the one to the other, on average "
        "(Lundberg and Lee 2017).",
        ("map", "compare"),
        "saliency",
    ),
    Term(
        "GRU",
        "Gated recurrent unit: a cell with two gates and one state (Cho 2014).",
        ("memory", "train", "models", "compare"),
        "gru",
    ),
    Term(
        "hidden state (h)",
        "What a cell shows to the next step, to the next layer and to the answer, from -1 to 1.",
        ("memory", "compare", "read"),
        "step",
    ),
    Term(
        "Holm's correction",
        "With many tests one may look like a difference by chance; each p is made larger for it (Holm 1979).",
        ("compare",),
    ),
    Term(
        "horizon",
        "How far back the memory reaches: how much the last state still depends on each earlier one.",
        ("memory", "compare"),
        "fading",
    ),
    Term(
        "input gate (i)",
        "0 to 1, for each unit and step: how much of the candidate is let into the cell state.",
        ("memory", "compare"),
        "lstm",
    ),
    Term(
        "input x gradient",
        "The gradient of a score by each pixel times the pixel. What is black has no value.",
        ("map", "compare"),
        "saliency",
    ),
    Term(
        "integrated gradients",
        "Gradients summed on the way from the baseline to the image (Sundararajan 2017).",
        ("map", "compare"),
        "saliency",
    ),
    Term(
        "interval",
        "Where a figure would lie in 95 of 100 repetitions with other test images. Narrow for many images.",
        ("models", "compare"),
    ),
    Term(
        "Kernel SHAP",
        "Shapley values of superpixels, by a weighted regression over many images with some of them replaced "
        "(Lundberg and Lee 2017).",
        ("map", "compare"),
        "saliency",
    ),
    Term(
        "layer",
        "A recurrent network that reads the states of the one below it as its sequence.",
        ("memory", "train", "models"),
    ),
    Term(
        "leak",
        "An image, or a patient, that stands in train and in test. What is measured on it is memory, not knowledge.",
        ("data",),
    ),
    Term(
        "learning rate",
        "How large a step of training is. Too large and the loss jumps, too small and it hardly falls.",
        ("train", "runs"),
        "decay",
    ),
    Term(
        "LIME",
        "A linear model of what the score does when superpixels are replaced at random; its weights are the map "
        "(Ribeiro 2016).",
        ("map", "compare"),
        "saliency",
    ),
    Term(
        "loss",
        "Cross-entropy: how surprised the model is by the labels. Training makes it small on the training images; "
        "what counts is the validation.",
        ("train", "runs", "models"),
    ),
    Term(
        "LSTM",
        "Long short-term memory: a cell with three gates and a cell state (Hochreiter and Schmidhuber 1997).",
        ("memory", "train", "models", "compare"),
        "lstm",
    ),
    Term(
        "map",
        "One value a pixel: how much it moved the score of a class. It shows what the model was sensitive to, never "
        "where a finding is.",
        ("map", "compare"),
        "saliency",
    ),
    Term(
        "mask",
        "Pixels that belong to something, such as the lungs; of a sequence the steps that count.",
        ("open", "memory"),
        "padding",
    ),
    Term(
        "McNemar's test",
        "Whether two models err on different images by more than chance; it looks only at images on which one alone "
        "is right.",
        ("compare",),
    ),
    Term(
        "NLL",
        "Negative log-likelihood: the mean of minus the logarithm of the label's probability. A sure mistake costs"
        " much.",
        ("models", "runs"),
    ),
    Term(
        "output gate (o)",
        "0 to 1, for each unit and step: how much of the cell state is shown.",
        ("memory", "compare"),
        "lstm",
    ),
    Term(
        "overfitting",
        "The network learns the training images by heart: its loss there falls while that on the validation rises.",
        ("train", "runs"),
        "dropout",
    ),
    Term("parameter", "One weight of a network, learnt from data.", ("models", "compare", "train")),
    Term(
        "patch occlusion",
        "A square that moves over the image is replaced by the baseline, and what the score loses is drawn.",
        ("map", "compare"),
        "saliency",
    ),
    Term(
        "precision",
        "Of the images that are called so, the share that are. It depends on how common the class is. Also called PPV.",
        ("models", "runs"),
    ),
    Term(
        "prediction set",
        "The classes that cannot be excluded at 90 %: a class is kept where the network gives it as much as 9 in "
        "10 validation images of that class get. Several classes: it cannot tell. None: it is unusual for every class.",
        ("read", "memory", "map", "compare", "models", "runs"),
    ),
    Term(
        "predictive value (PPV, NPV)",
        "Of the images that are called so, or not so, the share for which that is right. Where a class is rare "
        "most calls of it are false alarms.",
        ("models", "runs"),
    ),
    Term("prevalence", "How common a class is among the images that a model is used on.", ("models", "runs")),
    Term(
        "probability",
        "What the network gives a class, 0 to 100 %, all classes together 100. It is not the chance of a disease.",
        ("read", "memory", "map", "compare"),
    ),
    Term(
        "rank correlation",
        "Whether two maps put the pixels in the same order: 1 for the same, 0 for none, -1 for the reverse (Spearman).",
        ("compare",),
        "saliency",
    ),
    Term(
        "reading",
        "How an image becomes a sequence: size, rows, columns or patches, and from which end.",
        ("read", "train", "models"),
        "sequence",
    ),
    Term(
        "receptive field",
        "How much of the image a value of a network has seen at most.",
        ("read", "models"),
        "rnn-cnn",
    ),
    Term(
        "reliability diagram",
        "What came true against what was stated, in bins. On the diagonal the probabilities can be taken at their "
        "word.",
        ("models", "runs"),
    ),
    Term(
        "resampled occlusion",
        "A row is replaced by the same row of other images, and what the score loses on average is drawn. What "
        "stands there instead is likely, as a black row is not.",
        ("map", "compare"),
        "saliency",
    ),
    Term(
        "reset gate (r)",
        "0 to 1, for each unit and step of a GRU: how much of the past the candidate sees.",
        ("memory", "compare"),
        "gru",
    ),
    Term(
        "RNN",
        "Recurrent neural network: it reads a sequence step by step and keeps a state. A plain RNN is the one without "
        "gates.",
        ("read", "memory", "train", "models", "learn"),
        "step",
    ),
    Term(
        "ROC curve", "Sensitivity against false alarms, for every threshold.", ("compare", "models", "runs")
    ),
    Term(
        "row occlusion",
        "A row is replaced by the baseline, and what the score loses is drawn.",
        ("map", "compare"),
        "saliency",
    ),
    Term("saliency", "The absolute gradient of a score by each pixel.", ("map", "compare"), "saliency"),
    Term(
        "seed",
        "Number from which all random choices follow. Training from other seeds shows how much of an answer is chance.",
        ("read", "data", "train", "runs", "models", "compare"),
    ),
    Term(
        "sensitivity",
        "Of the images with the finding, the share that the model calls so.",
        ("read", "models", "runs", "compare"),
    ),
    Term(
        "Shapley value",
        "The fair share of each part in a result: what it adds, on average over all orders in which the parts could "
        "come.",
        ("map", "compare"),
    ),
    Term(
        "SmoothGrad",
        "The mean gradient over copies of the image with noise (Smilkov 2017).",
        ("map", "compare"),
        "saliency",
    ),
    Term(
        "specificity",
        "Of the images without the finding, the share that the model leaves alone.",
        ("read", "models", "runs", "compare"),
    ),
    Term(
        "split",
        "A set's parts: train is learnt from, validation chooses, test measures. Dealt out patient by patient, nobody "
        "stands in two.",
        ("data", "train"),
    ),
    Term(
        "spread over seeds",
        "The lowest and the highest answer of networks that differ in nothing but the seed they were trained from.",
        ("read", "compare"),
    ),
    Term(
        "stem",
        "A few convolutions that look at the image before a recurrent network reads what they make of it.",
        ("read", "memory", "train", "models"),
    ),
    Term(
        "step",
        "One moment of reading: a row, a column or a patch. Steps count from 1 on screen and from 0 in files.",
        ("read", "memory", "compare"),
        "sequence",
    ),
    Term(
        "superpixel",
        "Neighbouring pixels that are alike, taken or left together.",
        ("map", "compare"),
        "saliency",
    ),
    Term(
        "sweep",
        "A recurrent network that runs along every row or every column of a map side by side (ReNet, Visin 2015).",
        ("memory", "read", "train", "models", "compare"),
    ),
    Term(
        "temperature scaling",
        "All logits are divided by one number, fitted on validation images: above 1 the probabilities become "
        "softer, below 1 sharper. No answer changes.",
        ("models", "runs"),
    ),
    Term(
        "temporal saliency rescaling",
        "How much a saliency map changes when a step is taken away, times how much with a single value of it (Ismail "
        "2020). Made for networks whose gradients fade toward early steps.",
        ("map", "compare"),
        "saliency",
    ),
    Term(
        "test, validation",
        "Images that are kept from training. The validation chooses epoch and settings; the test is read once, at the "
        "end.",
        ("data", "train", "runs", "models", "compare"),
    ),
    Term(
        "threshold",
        "The probability from which on a class is the answer. Lower finds more and alarms more.",
        ("read", "models", "runs", "compare"),
    ),
    Term("unit", "One number of a state; a layer has many.", ("memory", "train"), "step"),
    Term(
        "unlike",
        "A score of how unusual an image is among those that the model learnt from. Above its limit the answer is "
        "shown as none.",
        ("read", "open", "models", "compare"),
    ),
    Term(
        "update gate (z)",
        "0 to 1, for each unit and step of a GRU: how much of the state is replaced. Some texts mean 1 - z.",
        ("memory", "compare"),
        "gru",
    ),
    Term(
        "vanishing gradient",
        "The influence of early steps shrinks by a factor at each later one, so that long sequences are hard to learn.",
        ("memory", "train"),
        "fading",
    ),
    Term(
        "VarGrad",
        "How much the gradient varies over copies of the image with noise (Adebayo 2018).",
        ("map", "compare"),
        "saliency",
    ),
    Term(
        "verdict",
        "Whether an answer counts: the image is within what the model knows, unlike it by its score, or of another "
        "kind.",
        ("read", "memory", "map", "compare"),
    ),
    Term("window", "Which values are drawn from black to white: centre and width.", ("open", "read")),
)


def used_on(page: str) -> tuple[Term, ...]:
    """The terms of a page, by the alphabet."""
    return tuple(term for term in TERMS if page in term.pages)


def search(text: str) -> tuple[Term, ...]:
    """The terms in whose title or meaning some word begins with each word of a text; all of them for an empty one."""
    wanted = re.findall(r"[a-z0-9]+", text.lower())

    def holds(term: Term) -> bool:
        words = re.findall(r"[a-z0-9]+", f"{term.title} {term.says}".lower())
        return all(any(word.startswith(one) for word in words) for one in wanted)

    return tuple(filter(holds, TERMS))
