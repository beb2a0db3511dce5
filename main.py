"""Starts lrviz from a checkout: `python main.py`."""

from lrviz.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
