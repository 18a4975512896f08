"""Door: what streams, queues and the clock call. Decode, one service call, report what failed."""
