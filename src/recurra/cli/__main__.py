"""`python -m recurra.cli`: the command line without the installed script."""

from recurra.cli.main import main

main()
