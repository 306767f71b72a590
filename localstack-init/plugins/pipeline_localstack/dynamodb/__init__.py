"""DynamoDB from moto, with expiry of items."""
