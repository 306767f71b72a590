"""LocalStack plugins: Lambda functions as operating-system processes, DynamoDB from moto.

`supervisor` runs in a process of its own and needs the standard library alone; `runtime` is the
Lambda contract and knows no LocalStack; `plugins`, `executor` and `dynamodb` connect them to it.
"""
