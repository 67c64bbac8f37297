"""Letters to buyers and to the shop's admin, on the command line."""
