"""How good the facilitator is: simulated participants talk to it, checks and judges score what it said."""
