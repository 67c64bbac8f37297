"""Where orders come from, on the command line: list, run, add, show, and the SQL for use by hand."""
