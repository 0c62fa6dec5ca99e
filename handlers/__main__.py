"""Runs the command as ``python -m handlers``, as the supervisor starts its children."""

from handlers.cli import main

if __name__ == "__main__":
    main(prog_name="wenzheng")
