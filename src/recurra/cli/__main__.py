"""`python -m recurra.cli`: the command line without the installed script."""

from recurra.cli.dispatch import main

main()
