"""Learning of orders from a shop or from Amazon's reports, by themselves and again and again."""
