"""Whetstone's Python worker: trains LoRA adapters."""

__version__ = "0.1.0"
