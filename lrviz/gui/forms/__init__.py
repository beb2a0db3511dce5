"""Forms made from the declarations of an experiment's fields."""
