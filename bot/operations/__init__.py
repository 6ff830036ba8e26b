"""Operations: is it well, keep a copy, put it back, move it, and what it is made of."""
