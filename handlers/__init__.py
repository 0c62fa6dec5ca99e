"""The outside world: web, WeChat, command line, processes, settings and the clock."""
