"""Hello Partner: an example partner app. It knows the platform only through events and the links inside them."""
