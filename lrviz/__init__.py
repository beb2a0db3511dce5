"""lrviz: see what the learning rate does.

The packages, in the direction of imports:
`cli → gui → session → experiment → engine`.
"""
