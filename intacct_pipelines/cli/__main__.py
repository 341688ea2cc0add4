"""Lets `python -m intacct_pipelines.cli` run the commands, for processes that start one another."""

from intacct_pipelines.cli import main

if __name__ == "__main__":
    main()
