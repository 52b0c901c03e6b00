"""Our base classes over Flask-AppBuilder: generated screens and the base of written pages."""
