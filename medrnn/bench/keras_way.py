"""The article's network in Keras, for ``bench train``: ``... keras_way.py FILE.npz`` with ``KERAS_BACKEND`` set.

It runs in the environment of ``make keras`` and imports nothing of this project.
"""

import json
import sys
import time

import keras
import numpy as np

UNITS, LAYERS, DROPOUT, RATE, BATCH, CLIP = 128, 3, 0.2, 1e-3, 128, 1.0


def build() -> keras.Model:
    """Three layers of 128 units over 28 rows, dropout between them and before the head, as the recipe has it."""
    layers = [keras.Input((28, 28))]
    for number in range(LAYERS):
        layers += [
            keras.layers.LSTM(UNITS, return_sequences=number < LAYERS - 1),
            keras.layers.Dropout(DROPOUT),
        ]
    model = keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])
    model.compile(
        optimizer=keras.optimizers.Adam(RATE, global_clipnorm=CLIP),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def main(path: str) -> None:
    """Print how many images a second the second epoch learns from; the first one is compiled in."""
    with np.load(path, allow_pickle=False) as arrays:
        images, labels = arrays["images"].astype(np.float32) / 255, arrays["labels"]
    model = build()
    model.fit(images, labels, batch_size=BATCH, epochs=1, verbose=0)
    began = time.perf_counter()
    model.fit(images, labels, batch_size=BATCH, epochs=1, verbose=0)
    rate = len(images) / (time.perf_counter() - began)
    print(json.dumps({"images_per_s": rate, "version": keras.__version__}))


if __name__ == "__main__":
    main(sys.argv[1])
