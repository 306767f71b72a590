"""The local environment: what sets it up, starts it, deploys to it and stops it."""
