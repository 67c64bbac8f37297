"""The console: screens, widgets and commands."""
