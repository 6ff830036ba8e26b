"""Privacy: erasing with a receipt, the person's own data, how long each kind is kept, new keys."""
