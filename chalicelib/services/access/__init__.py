"""Who may do what, how often, and through which links."""
