"""The model that ``bench page`` measures with is one that the app offers."""

from medrnn.bench.page import MODEL, UNITS, _write_model
from medrnn.models.catalog import list_cards, load_model


def test_the_bench_s_own_model_can_be_chosen_and_loaded(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDRNN_RUNS", str(tmp_path))
    _write_model(tmp_path)
    assert MODEL in list_cards()
    assert load_model(MODEL).rnn.hidden_size == UNITS
