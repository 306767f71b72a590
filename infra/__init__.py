"""The CDK app: both stacks for every stage."""
