"""Makes the demo's tiny base model, its suites and its replay set from ``world.json``."""

__version__ = "0.1.0"
