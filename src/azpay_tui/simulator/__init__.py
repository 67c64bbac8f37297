"""A local Amazon Pay: signed requests in, documented answers out, on loopback only."""
