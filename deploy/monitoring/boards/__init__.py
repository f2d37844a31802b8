"""The dashboards of Whetstone, one module each."""
