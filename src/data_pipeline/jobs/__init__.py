"""Analytics that take longer than a request may: jobs of the Step Functions workflow."""
