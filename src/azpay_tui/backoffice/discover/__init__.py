"""Learning of orders from Amazon's own reports."""
