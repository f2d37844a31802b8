"""What keeps skills that the model has while it learns from feedback, one module per method."""
