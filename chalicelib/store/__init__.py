"""Ground: DynamoDB. Repositories take and return the records of `records`; nothing above this package sees an item or a key."""
