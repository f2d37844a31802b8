"""A small model server in the shapes of OpenAI's API and vLLM's adapter endpoints."""
