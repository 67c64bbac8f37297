"""Use cases without a screen: refresh, act, discover, find."""
