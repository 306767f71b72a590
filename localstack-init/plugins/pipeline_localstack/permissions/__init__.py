"""Notes what each role would have had to be allowed on AWS."""
