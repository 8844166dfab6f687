"""Weights from elsewhere as the weights of a network of this program, which then answers what theirs answered."""

import numpy as np

from medrnn.errors import CatalogError
from medrnn.models.adopt.recognise import Found


def read_arrays(data: bytes) -> dict[str, np.ndarray]:
    """Every tensor by its name.

    Args:
        data: a file whose header was checked.

    Raises:
        CatalogError: it cannot be read, or holds values that are no finite numbers.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays: dict[str, np.ndarray] = load(data)
    except (SafetensorError, ValueError, KeyError, TypeError):
        raise CatalogError("The weights cannot be read. Save them again.") from None
    wrong = next((name for name, array in arrays.items() if not np.isfinite(array).all()), None)
    if wrong:
        raise CatalogError(
            f"The weights hold values that are no finite numbers, in {wrong[:80]!r}. Bring others."
        )
    return arrays


def to_own(
    found: Found, arrays: dict[str, np.ndarray], *, mean: float = 0.0, std: float = 1.0
) -> dict[str, np.ndarray]:
    """The tensors of the network here.

    A network that was trained on ``(x - mean) / std`` gets that into its first layer:
    ``W (x - mean) / std + b = (W / std) x + (b - W mean / std)``. One with a single logit z, the log odds of the second
    class, gets the logits 0 and z.

    Args:
        found: what they are.
        arrays: by the names of the file.
        mean: of what it was trained on, where x runs from 0 to 1.
        std: likewise, the standard deviation; not 0.

    Returns:
        float32 by the names of ``RecurrentClassifier``.
    """
    own = {name: _take(found, arrays, name) for name in found.names}
    if found.outputs == 1:
        own |= {
            name: np.concatenate([np.zeros_like(own[name]), own[name]])
            for name in ("head.weight", "head.bias")
        }
    if (mean, std) != (0.0, 1.0):
        for way in ("", "_reverse")[: 1 + found.is_bidirectional]:
            weight, bias = f"rnn.weight_ih_l0{way}", f"rnn.bias_ih_l0{way}"
            scaled = own[weight].astype(np.float64) / std
            own[bias] = (own[bias] - mean * scaled.sum(1)).astype(np.float32)
            own[weight] = scaled.astype(np.float32)
    return own


def _take(found: Found, arrays: dict[str, np.ndarray], name: str) -> np.ndarray:
    """A tensor, or zeros for a bias that the file leaves out: of as many rows as the weight beside it has."""
    if found.names[name]:
        return arrays[found.names[name]]
    beside = arrays[found.names[name.replace("bias", "weight")]]
    return np.zeros(len(beside), np.float32)
