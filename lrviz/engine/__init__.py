"""How it runs: the parts of an experiment, one file each, and the trainer that joins them, in numpy."""
