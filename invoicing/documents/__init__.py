"""What is frozen of a document, and its readable face."""
