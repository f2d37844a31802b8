"""Scoring jobs: how likely the base, with and without adapters, finds reference answers."""
