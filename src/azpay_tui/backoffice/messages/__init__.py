"""Telling shops, buyers and admins: what is to be told is kept first, then delivered."""
