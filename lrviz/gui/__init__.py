"""What is seen: the window, its forms and panels, and pictures of them; Qt is imported only here."""
