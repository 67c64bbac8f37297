"""What an order is and what may be done with it: pure rules on the standard library alone."""
