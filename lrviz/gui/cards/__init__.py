"""The cards of the side, one file each, and the frame they share."""
