"""Whetstone's Python worker: trains LoRA adapters and serves them."""

__version__ = "0.1.0"
