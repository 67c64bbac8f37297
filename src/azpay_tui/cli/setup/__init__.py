"""`azpay init`: from nothing to a working profile."""
