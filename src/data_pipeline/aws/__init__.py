"""What the functions share of their surroundings: settings, secrets, database, HTTP, logs."""
