"""Proves on a running stack that every expression of the dashboards and alerts has data, and draws the dashboards."""
