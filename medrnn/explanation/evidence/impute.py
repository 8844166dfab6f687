"""Noisy linear imputation (Rong et al. 2022, ROAD): a pixel that is taken is a weighted mean of its neighbours."""

import numpy as np

NOISE = 0.01  # standard deviation, of intensities in [0, 1]
NEIGHBOURS = {  # row, column: weight; of Rong et al.: a direct one counts twice a diagonal one
    (-1, 0): 2.0,
    (1, 0): 2.0,
    (0, -1): 2.0,
    (0, 1): 2.0,
    (-1, -1): 1.0,
    (-1, 1): 1.0,
    (1, -1): 1.0,
    (1, 1): 1.0,
}


class Imputer:
    """Fills pixels of one picture from around them; the neighbours of every pixel are laid down once."""

    def __init__(self, picture: np.ndarray) -> None:
        """Lay down who is whose neighbour.

        Args:
            picture: (row, column, plane), in [0, 1].
        """
        from scipy.sparse import csr_array

        self.picture = picture.astype(np.float64)
        rows, columns, _ = picture.shape
        down, across = (one.ravel() for one in np.indices((rows, columns)))
        ends, weights = [], []
        for (row, column), weight in NEIGHBOURS.items():
            lower, further = down + row, across + column
            is_inside = (lower >= 0) & (lower < rows) & (further >= 0) & (further < columns)
            here = np.flatnonzero(is_inside)
            ends.append(np.stack([here, here + row * columns + column]))
            weights.append(np.full(len(here), weight))
        at = np.concatenate(ends, 1)
        size = (rows * columns, rows * columns)
        self._weights = csr_array((np.concatenate(weights), (at[0], at[1])), shape=size)

    def fill(self, taken: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """The picture with the taken pixels filled: each equals the weighted mean of its neighbours, plus noise.

        Where nothing is left, all is the mean of the picture.

        Args:
            taken: (row, column) bool.
            noise: (row, column, plane), added where something was taken.

        Returns:
            (row, column, plane) float64.
        """
        from scipy.sparse import diags_array
        from scipy.sparse.linalg import splu

        filled, flat = self.picture.copy(), taken.ravel()
        if flat.all():
            even: np.ndarray = self.picture.mean((0, 1)) + noise
            return even
        if flat.any():
            values = self.picture.reshape(len(flat), -1)
            around = self._weights[flat]
            known = around[:, ~flat] @ values[~flat]
            system = diags_array(around.sum(1)) - around[:, flat]
            filled.reshape(len(flat), -1)[flat] = splu(system.tocsc()).solve(known)
        filled[taken] += noise[taken]
        return filled
