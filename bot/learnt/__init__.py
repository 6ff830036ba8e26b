"""What is learnt from examples: texts as numbers, and the weights that `engine.learn` made of them."""
