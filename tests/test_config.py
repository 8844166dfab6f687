"""Settings: there and back, and what is refused."""

import pytest

from medrnn.config import ModelConfig, ReadingConfig, TrainConfig
from medrnn.errors import ConfigError
from medrnn.training.presets import ALL


@pytest.mark.parametrize("config", ALL.values(), ids=ALL)
def test_settings_come_back_from_a_plain_dict(config):
    import json

    assert TrainConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"epochs": 0}, "epochs: expected a number from 1 to 1,000, got 0"),
        ({"epochs": "9"}, "epochs: expected a whole number, got '9'"),
        ({"epochs": True}, "epochs: expected a whole number, got True"),
        ({"optimizer": "lion"}, "optimizer: expected one of adam, adamw, rmsprop, sgd, got 'lion'"),
        ({"seed": -1}, "seed: expected a number from 0 to 2,147,483,647, got -1"),
        ({"steps": -1}, "steps: expected a number from 0 to 1,000,000, got -1"),
        ({"strength": {"tilt": 3}}, "Strength: unknown setting 'tilt'"),
        ({"strength": {"degrees": 270.0}}, "degrees: expected a number from 0 to 180, got 270.0"),
        ({"epoch": 3}, "unknown setting 'epoch'"),
        ({"model": {"cell": "transformer"}}, "cell: expected one of rnn, lstm, gru"),
        ({"model": []}, "ModelConfig: expected settings by name, got list"),
        ({"reading": {"size": [28]}}, "size: expected"),
        ({"reading": {"order": "spiral"}}, "order: expected one of rows, columns"),
    ],
)
def test_a_wrong_setting_is_named(values, match):
    with pytest.raises(ConfigError, match=match):
        TrainConfig.from_dict(values)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (ReadingConfig(), "rows, top to bottom"),
        (ReadingConfig(direction="reverse"), "rows, bottom to top"),
        (ReadingConfig(order="columns"), "columns, left to right"),
        (ReadingConfig(order="columns", direction="reverse"), "columns, right to left"),
    ],
)
def test_a_reading_says_itself_in_words(config, words):
    assert config.title == words


def test_steps_and_features_follow_the_order():
    assert (ReadingConfig(size=(20, 30)).steps, ReadingConfig(size=(20, 30)).features) == (20, 30)
    assert (
        ReadingConfig("columns", size=(20, 30)).steps,
        ReadingConfig("columns", size=(20, 30)).features,
    ) == (30, 20)


def test_the_default_model_is_valid():
    assert ModelConfig().cell == "lstm"
