"""What of AWS's controls the local environment enforces: probed, not claimed."""
