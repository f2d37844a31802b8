"""A small model server in the shapes of OpenAI's API and vLLM's adapter endpoints."""

__version__ = "0.1.0"
