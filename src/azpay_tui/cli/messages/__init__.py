"""What shops, buyers and admins are told, on the command line."""
