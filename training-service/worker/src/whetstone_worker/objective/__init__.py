"""What a stage optimises: one module per objective behind the interface in ``port.py``."""
