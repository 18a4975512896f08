"""Ground: DynamoDB. Repositories take and return the records of `model`; nothing above this package sees an item or a key."""
