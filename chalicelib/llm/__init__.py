"""Ground: language models behind one interface (`interface.py`); adapters for Anthropic and for running without any model."""
