"""What API Gateway does by itself: its own error responses, the limits of usage plans."""
