"""``join``: a host that asks the training service for workers and runs them as processes."""
