"""One module per component of the stacks."""
