"""Each role's first page: questions to every app, no rule of its own."""
