"""What azpay costs, measured against what one would do without it; `make bench` runs everything."""
