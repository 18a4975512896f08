"""The facilitator: what it is shown, one turn of it, and the prompt tailored to a session."""
