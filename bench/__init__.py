"""`make bench`: the figures that the issues ask for, measured on this machine, printed with their parts."""
