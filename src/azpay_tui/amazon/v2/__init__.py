"""Amazon Pay API v2: signing, client, wire models and their translation into domain words."""
