"""Everything that a RunSpec addresses by URI: one port, one store per scheme, and reads that check the digest."""
