"""How gradients travel through time: Jacobians from state to state, their products, their paths."""
